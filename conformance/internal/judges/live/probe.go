package live

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Probe is one of many times that a call was made.
type Probe struct {
	Glimpse
	// Call is its place among the calls.
	Call         int
	Began, Ended time.Time
}

// Prober makes calls over and over until it is stopped.
type Prober struct {
	run  *Run
	mark int
	stop chan struct{}
	open sync.WaitGroup
	mu   sync.Mutex
	next int
	made []made
}

type made struct {
	id      string
	outcome outside.Outcome
	probe   Probe
}

// aside is how long a prober leaves between two of one call, for each of its calls: what it takes of the machine is missing elsewhere.
const aside = 2 * time.Millisecond

// Probe starts to make every call, each by itself one time after the other.
func (r *Run) Probe(calls []world.Call) (*Prober, error) {
	p := &Prober{run: r, mark: r.servers.Record.Mark(), stop: make(chan struct{})}
	var attempts []outside.Attempt
	var from []int
	for i, call := range calls {
		attempt, refusal, err := r.attempt(call, r.world.Callers[call.Name])
		if err != nil {
			return nil, err
		}
		if refusal != nil {
			continue
		}
		attempt.Listen = false
		attempts, from = append(attempts, attempt), append(from, i)
	}
	p.next = r.calls
	pause := time.Duration(len(attempts)) * aside
	for i, attempt := range attempts {
		p.open.Go(func() { p.repeat(from[i], calls[from[i]], attempt, pause) })
	}
	return p, nil
}

func (p *Prober) repeat(index int, call world.Call, attempt outside.Attempt, pause time.Duration) {
	for {
		select {
		case <-p.stop:
			return
		case <-time.After(pause):
		}
		p.mu.Lock()
		p.next++
		attempt.ID = strconv.Itoa(p.next)
		p.mu.Unlock()
		began := time.Now()
		outcome := outside.Do(context.Background(), p.run.pods[p.run.world.Callers[call.Name]], attempt)
		one := made{attempt.ID, outcome, Probe{Call: index, Began: began, Ended: time.Now()}}
		p.mu.Lock()
		p.made = append(p.made, one)
		p.mu.Unlock()
	}
}

// Stop ends it, and tells what was seen of every time, in the order in which they ended.
func (p *Prober) Stop() []Probe {
	close(p.stop)
	p.open.Wait()
	time.Sleep(straggling)
	p.run.calls = p.next
	glimpse := p.run.glimpses(p.mark)
	probes := make([]Probe, len(p.made))
	for i, one := range p.made {
		probes[i] = one.probe
		probes[i].Glimpse = glimpse(one.id, one.outcome)
	}
	return probes
}
