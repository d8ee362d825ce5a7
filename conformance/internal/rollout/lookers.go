package rollout

import (
	"maps"
	"os"
	"slices"

	"istio.io/istio/pkg/config"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/simulate"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// real looks by real proxies.
type real struct {
	plane *controlplane.ControlPlane
	run   *live.Run
}

func (l real) Change(put, removed []config.Config) error {
	if err := l.plane.Change(put, removed); err != nil {
		return err
	}
	return l.run.Settle()
}

func (l real) Look(calls []world.Call) ([]Sight, error) {
	glimpses, err := l.run.Glance(calls)
	sights := make([]Sight, len(glimpses))
	for i, glimpse := range glimpses {
		sights[i].Glimpse = glimpse
	}
	return sights, err
}

func (l real) Check(call world.Call) (string, error) { return l.run.Check(call) }

func (l real) Refused() int { return l.run.Refused() }

// simulated looks by Istio's simulation. It does not see what goes in clear.
type simulated struct{ plane *controlplane.ControlPlane }

func (l simulated) Change(put, removed []config.Config) error { return l.plane.Change(put, removed) }

func (l simulated) Check(world.Call) (string, error) { return "", nil }

func (l simulated) Refused() int { return 0 }

func (l simulated) Look(calls []world.Call) ([]Sight, error) {
	judge := simulate.New(l.plane)
	sights := make([]Sight, len(calls))
	for i, call := range calls {
		call.Expect = world.Expect{Refused: "denied"} // so that a policy on the way is told
		seen, err := judge.Call(call)
		if err != nil {
			return nil, err
		}
		sight := &sights[i]
		if seen.Unmodelled == "denied is not simulated" {
			call.Expect = world.Expect{}
			if seen, err = judge.Call(call); err != nil {
				return nil, err
			}
			sight.Maybe = true
		}
		switch last := len(seen.Way) - 1; {
		case seen.Refused == "" && seen.Unmodelled == "" && last >= 0:
			sight.Reached, sight.Server, sight.Port, sight.Source = true, seen.Way[last].Server, seen.Way[last].Port, "pod"
			for _, hop := range seen.Way {
				if hop.Gateway != "" {
					sight.Source = hop.Gateway
				}
			}
		case seen.Unmodelled != "":
			sight.Unmodelled = seen.Unmodelled
		}
	}
	return sights, nil
}

// Lab makes the worlds of pairs.
type Lab struct {
	// Run is nil where real proxies are left out.
	Run *live.Lab
	// Most is how many changes there may be for every subset of them to be a state.
	Most int
}

// Judge judges a pair, and the same taken back.
func (l *Lab) Judge(pair *Pair, back bool) (judgements []*Judgement, err error) {
	w, err := world.Derive(pair.Union(), pair.BeforeCalls)
	if err != nil {
		return nil, err
	}
	pair.Age()
	w.Manifests, w.DrainSeconds = pair.Before, 0
	directory := ""
	if l.Run != nil {
		if directory, err = os.MkdirTemp("", network.FolderPattern); err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(directory) }()
		if err := os.Chmod(directory, 0o755); err != nil { // the proxies are not root
			return nil, err
		}
	}
	plane, err := controlplane.Start(w, directory)
	if err != nil {
		return nil, err
	}
	defer plane.Stop()
	var looker Looker = simulated{plane}
	if l.Run != nil {
		run, err := l.Run.Start(plane, directory, pair.BeforeCalls.Calls)
		if err != nil {
			return nil, err
		}
		defer run.Stop()
		if err := run.Watch(); err != nil {
			return nil, err
		}
		looker = real{plane, run}
	}
	judge := NewJudge(pair, looker, false)
	judgement, err := judge.Walk(l.Most)
	if err != nil || !back {
		return append(judgements, judgement), err
	}
	// all is written anew, with other ages
	there := &manifests.Set{Objects: slices.Collect(maps.Values(judge.current))}
	if err := looker.Change(nil, there.Configs()); err != nil {
		return nil, err
	}
	returned := pair.Back()
	returned.Age()
	judge = NewJudge(returned, looker, true)
	judge.current = map[string]*manifests.Object{}
	taken, err := judge.Walk(0)
	return append(judgements, judgement, taken), err
}
