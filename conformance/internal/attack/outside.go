package attack

import (
	"fmt"
	"slices"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
)

const (
	// loopingFor is how long a loop may take to show.
	loopingFor = 300 * time.Millisecond
	// loop is how many connections at a proxy one call does not bring about by itself.
	loop = 30
)

// JudgeOutside makes the calls of a case whose hosts resolve to what they should not: none may reach a server, no proxy may end or lead to
// itself, and the calls of the other hosts must pass afterwards. Where a proxy has come to harm the next call meets a new world.
func JudgeOutside(lab *live.Lab, c *Case, wanted func(Attack) bool) (result *Judgement, err error) {
	began := time.Now()
	result = &Judgement{Defence: c.Defences[0].Name}
	defer func() { result.Seconds = time.Since(began).Seconds() }()
	var b *bench
	defer func() {
		if b != nil {
			b.stop()
		}
	}()
	for _, attack := range c.Attacks {
		if !wanted(attack) {
			continue
		}
		for _, part := range attack.Parts {
			if b == nil {
				if b, err = start(lab, c, c.Defences[0]); err != nil {
					return nil, err
				}
				sound, err := b.look(b.callsOf(nil))
				if err != nil {
					return nil, err
				}
				for _, seen := range sound {
					if seen.finding != Held {
						result.Problems = append(result.Problems, "without an attack, "+seen.text)
					}
				}
			}
			cell := Cell{Attack: attack.Name, Subject: part.Subject, Defence: result.Defence, Finding: Held}
			if err := b.outside(part, &cell); err != nil {
				return nil, err
			}
			result.States++
			result.Cells = append(result.Cells, cell)
			if cell.Finding == Dead {
				b.stop()
				b = nil
			}
		}
	}
	return result, nil
}

// outside makes the calls of a part, and looks at what became of the proxies.
func (b *bench) outside(part Part, cell *Cell) error {
	before, _ := b.run.Connections()
	glimpses, err := b.run.Glance(plain(part.Calls))
	if err != nil {
		return err
	}
	for i, call := range part.Calls {
		cell.add(judge(theirs, call.Call, glimpses[i], live.Glimpse{}), describe(call.Call, glimpses[i]))
	}
	time.Sleep(loopingFor)
	after, ended := b.run.Connections()
	for _, proxy := range ended {
		cell.add(Dead, fmt.Sprintf("the proxy of %s ended", proxy))
	}
	for proxy, count := range after {
		if count-before[proxy] > loop {
			cell.add(Dead, fmt.Sprintf("%d connections at %s of one call: it leads to itself", count-before[proxy], proxy))
		}
	}
	if cell.Finding == Dead {
		return nil
	}
	calls := slices.DeleteFunc(b.callsOf(nil), func(call looked) bool { return call.whose != ours })
	found, err := b.lookTwice(calls)
	for _, seen := range found {
		cell.add(seen.finding, seen.text)
	}
	return err
}
