package live

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Glimpse is what is seen of a call without the proxies' logs: enough to tell whether it passed, by which gateway,
// and which stretches it went in clear.
type Glimpse struct {
	// Server and Port answered; empty if nobody did. Source is the gateway's namespace/service whose address the server saw, or "pod".
	Server, Source string
	Port, Status   int
	// Reached: a server got the request, whether or not the answer came back.
	Reached bool
	// ClearFromPod and ClearFromGateway: bytes of the request could be read on what a pod or a gateway sent.
	ClearFromPod, ClearFromGateway bool
	// Why is the client's error.
	Why string
}

// Passed says whether the call reached a server.
func (g Glimpse) Passed() bool { return g.Server != "" || g.Reached }

// Follows says whether the call went by the last gateway of an expected way to its server.
func (g Glimpse) Follows(expect world.Expect) bool {
	return slices.ContainsFunc(expect.Each(), func(one world.Expect) bool {
		last := one.Way[len(one.Way)-1]
		source := "pod"
		for _, hop := range one.Way {
			if hop.Gateway != "" {
				source = hop.Gateway
			}
		}
		return g.Server == last.Server && (last.Port == 0 || g.Port == last.Port) && g.Source == source
	})
}

func (g Glimpse) String() string {
	text := "refused"
	if g.Passed() {
		text = fmt.Sprintf("reached %s:%d from %s", g.Server, g.Port, g.Source)
	}
	if g.ClearFromPod {
		text += ", in clear from the pod"
	}
	if g.ClearFromGateway {
		text += ", in clear from the gateway"
	}
	return text
}

// Watch reads along what goes through the router, for Glance. Calls are known by their ids, which the lab's clients send.
func (r *Run) Watch() (err error) {
	r.clear = map[string]*clearness{}
	r.tap, err = r.network.Tap(r.readAlong)
	return err
}

type clearness struct{ fromPod, fromGateway bool }

var marked = regexp.MustCompile(`(?i)(?:^CALL |x-lab-call: )(\d+)\r?\n`)

func (r *Run) readAlong(packet network.Packet) {
	match := marked.FindSubmatch(packet.Payload)
	if match == nil {
		return
	}
	r.clearMu.Lock()
	defer r.clearMu.Unlock()
	id := string(match[1])
	if r.clear[id] == nil {
		r.clear[id] = &clearness{}
	}
	switch pod := r.world.PodAt(packet.From.Addr().String()); {
	case pod == nil: // not from a pod: an answer
	case pod.Role == world.InGateway:
		r.clear[id].fromGateway = true
	default:
		r.clear[id].fromPod = true
	}
}

// straggling is how long a server may take to be reached by a call whose client has given up.
const straggling = 20 * time.Millisecond

// Glance makes all calls at once.
func (r *Run) Glance(calls []world.Call) ([]Glimpse, error) {
	mark := r.servers.Record.Mark()
	attempts := make([]outside.Attempt, len(calls))
	glimpses := make([]Glimpse, len(calls))
	outcomes := make([]outside.Outcome, len(calls))
	var open sync.WaitGroup
	for i, call := range calls {
		attempt, refusal, err := r.attempt(call, r.world.Callers[call.Name])
		if err != nil {
			return nil, err
		}
		attempt.Listen = false
		attempts[i] = attempt
		if refusal != nil {
			continue
		}
		open.Go(func() { outcomes[i] = outside.Do(context.Background(), r.pods[r.world.Callers[call.Name]], attempt) })
	}
	open.Wait()
	time.Sleep(straggling)
	glimpse := r.glimpses(mark)
	for i, attempt := range attempts {
		glimpses[i] = glimpse(attempt.ID, outcomes[i])
	}
	return glimpses, nil
}

// glimpses reads what servers and the router saw since a mark, by the ids of calls.
func (r *Run) glimpses(mark int) func(id string, outcome outside.Outcome) Glimpse {
	reached := map[string]outside.Sight{}
	for _, sight := range r.servers.Record.Since(mark) {
		if sight.Stage == outside.PayloadSeen {
			reached[sight.Call] = sight
		}
	}
	return func(id string, outcome outside.Outcome) Glimpse {
		glimpse := Glimpse{Status: outcome.Status}
		if sight, ok := reached[id]; ok {
			glimpse.Reached, glimpse.Server, glimpse.Port, glimpse.Source = true, sight.Server, sight.Port, r.from(sight.Remote)
		}
		if outcome.Err != nil {
			glimpse.Why = outcome.Err.Error()
		}
		r.clearMu.Lock()
		defer r.clearMu.Unlock()
		if clear := r.clear[id]; clear != nil {
			glimpse.ClearFromPod, glimpse.ClearFromGateway = clear.fromPod, clear.fromGateway
		}
		return glimpse
	}
}

func (r *Run) from(remote string) string {
	if pod := r.world.PodAt(hostOf(remote)); pod != nil && pod.Role == world.InGateway {
		if service := r.world.ServiceOf(pod); service != nil {
			return service.ID()
		}
	}
	return "pod"
}

// Check makes a call by itself, and says what of all that the proxies log of it is other than one of its ways; a refusal may be any.
func (r *Run) Check(call world.Call) (string, error) {
	seen, err := r.Call(call)
	if err != nil {
		return "", err
	}
	if call.Expect.Refused != "" {
		if seen.Refused == "" || seen.Refused == "server-reached" {
			return seen.String(), nil
		}
		return "", nil
	}
	why := ""
	for _, expect := range call.Expect.Each() {
		mark, other := judges.Compare(expect, seen)
		if mark == judges.Passed {
			return "", nil
		}
		why = other
	}
	return why + ": " + seen.String() + "\n" + seen.Detail, nil
}

// Settle waits until every proxy works by what the control plane says now, and has closed what it had by what it said before.
func (r *Run) Settle() error {
	if err := r.plane.Settled(); err != nil {
		return err
	}
	for _, envoy := range r.envoys {
		if err := envoy.Settled(); err != nil {
			return err
		}
	}
	return nil
}

// Refused counts how often any proxy did not take a configuration.
func (r *Run) Refused() int { return r.counted(`update_rejected$`) }

// Connections counts what every proxy has accepted so far, and names those that have ended.
func (r *Run) Connections() (accepted map[string]int, ended []string) {
	accepted = map[string]int{}
	for _, envoy := range r.envoys {
		if envoy.Ended() {
			ended = append(ended, envoy.Pod.ID())
			continue
		}
		stats, err := envoy.Stats(`^listener\..*downstream_cx_total$`)
		if err != nil {
			ended = append(ended, envoy.Pod.ID()) // it does not answer any more
			continue
		}
		for _, count := range stats {
			accepted[envoy.Pod.ID()] += count
		}
	}
	return accepted, ended
}
