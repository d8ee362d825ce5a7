package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"istio.io/istio/pkg/config"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Sight is what a looker tells of a call; Maybe: it cannot tell whether a policy refuses what else would pass.
type Sight struct {
	live.Glimpse
	Maybe      bool
	Unmodelled string
}

// Looker is a mesh whose objects can be changed, and calls made in.
type Looker interface {
	Change(put, removed []config.Config) error
	Look(calls []world.Call) ([]Sight, error)
	// Check says what is other than a call expects.
	Check(call world.Call) (string, error)
	// Refused counts the configurations that proxies did not take so far.
	Refused() int
}

// Kind says what is wrong with a call in a state.
type Kind string

// The kinds; all but the last are leaks.
const (
	// Forbidden: every state by which it is judged refuses the call, and it reached a server.
	Forbidden Kind = "forbidden"
	// Clear: it left a pod or a gateway in clear, and in every state by which it is judged it does not.
	Clear Kind = "clear"
	// Bypass: it went straight out, and every state by which it is judged leads it by a gateway.
	Bypass Kind = "bypass"
	// Astray: it passed, by a way of no state by which it is judged.
	Astray Kind = "astray"
	// Lost: every state by which it is judged lets it pass, and it was refused.
	Lost Kind = "lost"
)

// Place says what kind of state it is.
type Place string

// The places.
const (
	// Between the states: some of the changes are done. Judged by both.
	Between Place = "between"
	// Missing: one object of a state is not there. Judged by that state.
	Missing Place = "missing"
	// Unpruned: all is applied, and nothing pruned. Judged by the state after.
	Unpruned Place = "unpruned"
)

// State is one that the objects may be in.
type State struct {
	Place Place `json:"place"`
	// Done are the changes that are done, as bits.
	Done uint64 `json:"done"`
	// Without is the ID of the object that is not there.
	Without string `json:"without,omitempty"`
}

// Finding is a call in a state in which something is wrong with it.
type Finding struct {
	Kind  Kind   `json:"kind"`
	Call  string `json:"call"`
	State State  `json:"state"`
	// Seen is what became of the call.
	Seen string `json:"seen"`
	// Known is the reason that the list of known leaks gives.
	Known string `json:"known,omitempty"`
}

// Leaks says whether it is more than a break.
func (f Finding) Leaks() bool { return f.Kind != Lost }

// Judgement is of a pair in one direction.
type Judgement struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Back    bool     `json:"back"`
	Changes []Change `json:"changes"`
	Orders  []Order  `json:"orders"`
	// Whole is set if every subset of the changes was a state.
	Whole    bool      `json:"whole"`
	States   int       `json:"states"`
	Findings []Finding `json:"findings"`
	// Problems are of the pair itself, or of the lab.
	Problems []string `json:"problems"`
	// Flickers were seen once, and not again in the same state.
	Flickers int `json:"flickers"`
	// Unjudged counts calls in states of which the looker could not tell whether they leak.
	Unjudged int      `json:"unjudged"`
	Fixed    []string `json:"fixed,omitempty"`
	Seconds  float64  `json:"seconds"`
}

// Judge walks through the states of a pair.
type Judge struct {
	pair    *Pair
	looker  Looker
	current map[string]*manifests.Object
	changes []Change
	same    []*manifests.Object
	// ends are what the calls were seen as in the states before and after.
	ends   [2][]Sight
	result *Judgement
}

// Ends of a rollout, by which states in between are judged.
const (
	before = 0
	after  = 1
)

// NewJudge begins in the state before, in which the looker must be.
func NewJudge(pair *Pair, looker Looker, back bool) *Judge {
	j := &Judge{pair: pair, looker: looker, current: map[string]*manifests.Object{}}
	j.changes, j.same = pair.Changes()
	for _, object := range pair.Before.Objects {
		if object.Config != nil {
			j.current[object.ID()] = object
		}
	}
	j.result = &Judgement{Name: pair.Name, Title: pair.Title, Back: back, Changes: j.changes, Orders: Orders(j.changes), Fixed: pair.Fixed}
	return j
}

// MostForAll is how many changes there may be, unless it is said, for every subset of them to be a state.
const MostForAll = 10

// Walk judges every state: every subset of the changes if there are at most so many; else those of the orders.
func (j *Judge) Walk(most int) (*Judgement, error) {
	if len(j.changes) > 64 {
		return nil, fmt.Errorf("%s: %d changes", j.pair.Name, len(j.changes))
	}
	start := time.Now()
	defer func() { j.result.Seconds = time.Since(start).Seconds() }()
	for _, change := range j.changes {
		if j.pair.Unchanged {
			j.problem("%s is %s, and nothing may change", change.ID, change.Verb)
		}
	}
	done := uint64(1)<<len(j.changes) - 1
	for end, state := range []uint64{0, done} {
		if err := j.end(end, State{Place: Between, Done: state}); err != nil {
			return nil, err
		}
	}
	for _, state := range j.states(most) {
		if err := j.look(state); err != nil {
			return nil, err
		}
	}
	return j.result, nil
}

func (j *Judge) states(most int) []State {
	between := Subsets(j.changes, most)
	j.result.Whole = between != nil
	if between == nil {
		for _, order := range j.result.Orders {
			for _, state := range order.States {
				if !slices.Contains(between, state) {
					between = append(between, state)
				}
			}
		}
	}
	var states []State
	for _, done := range between {
		states = append(states, State{Place: Between, Done: done})
	}
	everything := uint64(1)<<len(j.changes) - 1
	unpruned := everything
	for i, change := range j.changes {
		if change.removes() {
			unpruned &^= 1 << i
		}
	}
	if unpruned != everything {
		states = append(states, State{Place: Unpruned, Done: unpruned})
	}
	for _, end := range []struct {
		set  *manifests.Set
		done uint64
	}{{j.pair.Before, 0}, {j.pair.After, everything}} {
		for _, object := range end.set.Objects {
			if object.Config != nil {
				states = append(states, State{Place: Missing, Done: end.done, Without: object.ID()})
			}
		}
	}
	return states
}

// end looks at one of the states before and after, in which all must be as the calls say.
func (j *Judge) end(end int, state State) error {
	if err := j.enter(state); err != nil {
		return err
	}
	rounds, err := j.rounds(j.pair.BeforeCalls.Calls)
	if err != nil {
		return err
	}
	j.ends[end] = merged(rounds)
	for i, call := range j.callsOf(end) {
		if j.either(end)[call.Name] {
			continue
		}
		other, err := j.looker.Check(call)
		if err == nil && other != "" { // a proxy's log line may be missing
			other, err = j.looker.Check(call)
		}
		if err != nil {
			return err
		}
		if other != "" {
			j.problem("%s, %s: expected %s, it is %s", [...]string{"before", "after"}[end], call.Name, judges.Describe(call.Expect), other)
		}
		for _, sights := range rounds {
			if wrong := unexpected(call, sights[i]); wrong != "" {
				j.problem("%s, %s: %s, expected %s", [...]string{"before", "after"}[end], call.Name, sights[i], wrong)
			}
		}
	}
	return nil
}

func (j *Judge) callsOf(end int) []world.Call {
	if end == before {
		return j.pair.BeforeCalls.Calls
	}
	return j.pair.AfterCalls.Calls
}

func (j *Judge) either(end int) map[string]bool {
	if end == before {
		return j.pair.EitherBefore
	}
	return j.pair.EitherAfter
}

func (j *Judge) problem(format string, args ...any) {
	j.result.Problems = append(j.result.Problems, fmt.Sprintf(format, args...))
}

// unexpected is the expectation that a sight does not meet.
func unexpected(call world.Call, sight Sight) string {
	switch {
	case sight.Unmodelled != "":
		return ""
	case call.Expect.Refused != "" && sight.Passed() && !sight.Maybe:
		return "a refusal"
	case call.Expect.Refused == "" && !sight.Passed():
		return "that it passes"
	case call.Expect.Refused == "" && !sight.Follows(call.Expect):
		return "another way"
	}
	return ""
}

// rounds looks at calls; several times where one may take several ways.
func (j *Judge) rounds(calls []world.Call) (rounds [][]Sight, err error) {
	times := 1
	if slices.ContainsFunc(append(j.pair.BeforeCalls.Calls, j.pair.AfterCalls.Calls...), func(call world.Call) bool { return len(call.Expect.Ways) > 0 }) {
		times = roundsOfSeveral
	}
	for range times {
		sights, err := j.looker.Look(calls)
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, sights)
	}
	return rounds, nil
}

// roundsOfSeveral is how often a call is made in each state that may take several ways.
const roundsOfSeveral = 8

// merged is what was seen of each call, and whether it ever went in clear.
func merged(rounds [][]Sight) []Sight {
	all := slices.Clone(rounds[0])
	for _, sights := range rounds[1:] {
		for i, sight := range sights {
			all[i].ClearFromPod = all[i].ClearFromPod || sight.ClearFromPod
			all[i].ClearFromGateway = all[i].ClearFromGateway || sight.ClearFromGateway
		}
	}
	return all
}

// look goes to a state and judges every call. What is wrong is looked at twice.
func (j *Judge) look(state State) error {
	refused := j.looker.Refused()
	if err := j.enter(state); err != nil {
		return err
	}
	j.result.States++
	rounds, err := j.rounds(j.pair.BeforeCalls.Calls)
	if err != nil {
		return err
	}
	if j.looker.Refused() > refused {
		j.problem("a proxy refused its configuration while %s", j.result.Describe(state))
	}
	var again []world.Call
	var found []Finding
	for i, call := range j.pair.BeforeCalls.Calls {
		if kind, sight := j.worst(state, i, rounds); kind != "" {
			again = append(again, call)
			found = append(found, Finding{Kind: kind, Call: call.Name, State: state, Seen: sight.String()})
		}
	}
	if len(again) == 0 {
		return nil
	}
	second, err := j.rounds(again)
	if err != nil {
		return err
	}
	for i, finding := range found {
		index := slices.IndexFunc(j.pair.BeforeCalls.Calls, func(call world.Call) bool { return call.Name == finding.Call })
		if !slices.ContainsFunc(second, func(sights []Sight) bool { return j.judge(state, index, sights[i]) == finding.Kind }) {
			j.result.Flickers++
			continue
		}
		j.result.Findings = append(j.result.Findings, finding)
	}
	return nil
}

// worst is what is wrong with a call in any round; a leak is worse than a break.
func (j *Judge) worst(state State, i int, rounds [][]Sight) (kind Kind, sight Sight) {
	for _, sights := range rounds {
		if other := j.judge(state, i, sights[i]); kind == "" || kind == Lost && other != "" {
			kind, sight = other, sights[i]
		}
	}
	return kind, sight
}

// judges are the ends by which a state is judged.
func (s State) judges() []int {
	switch {
	case s.Place == Between:
		return []int{before, after}
	case s.Place == Missing && s.Done == 0:
		return []int{before}
	}
	return []int{after}
}

func (j *Judge) judge(state State, i int, sight Sight) Kind {
	if sight.Unmodelled != "" {
		j.result.Unjudged++
		return ""
	}
	passes, refuses, takes, gateways, pod, gateway := false, false, false, true, false, false
	for _, end := range state.judges() {
		expect, either := j.callsOf(end)[i].Expect, j.either(end)[j.callsOf(end)[i].Name]
		pod = pod || j.ends[end][i].ClearFromPod
		gateway = gateway || j.ends[end][i].ClearFromGateway
		if expect.Refused != "" {
			refuses = true
			if either { // nor whether it may be read
				passes, takes, pod, gateway = true, true, true, true
			}
			continue
		}
		passes = true
		takes = takes || sight.Passed() && sight.Follows(expect)
		for _, one := range expect.Each() {
			gateways = gateways && slices.ContainsFunc(one.Way, func(hop world.Hop) bool { return hop.Gateway != "" })
		}
	}
	if through := j.pair.BeforeCalls.Calls[i].How.Through; through != nil && through.Security == "plaintext" {
		pod = true // that is what the pod itself does
	}
	switch {
	case sight.Passed() && !passes && !sight.Maybe:
		return Forbidden
	case sight.ClearFromPod && !pod, sight.ClearFromGateway && !gateway:
		return Clear
	case !sight.Passed() && !refuses:
		return Lost
	case !sight.Passed():
		return ""
	case !passes, !takes && sight.Maybe:
		j.result.Unjudged++
		return ""
	case !takes && gateways && sight.Source == "pod":
		return Bypass
	case !takes:
		return Astray
	}
	return ""
}

// enter brings the looker's objects into a state.
func (j *Judge) enter(state State) error {
	wanted := map[string]*manifests.Object{}
	for _, object := range j.same {
		wanted[object.ID()] = object
	}
	for i, change := range j.changes {
		object := change.Old
		if state.Done&(1<<i) != 0 {
			object = change.New
		}
		if object != nil {
			wanted[change.ID] = object
		}
	}
	delete(wanted, state.Without)
	put, removed := manifests.Difference(j.current, wanted)
	j.current = wanted
	return j.looker.Change(put, removed)
}

// Describe says what a state is.
func (r *Judgement) Describe(state State) string {
	switch {
	case state.Place == Missing && state.Done == 0:
		return "before, without " + state.Without
	case state.Place == Missing:
		return "after, without " + state.Without
	case state.Place == Unpruned:
		return "after, unpruned"
	}
	return strings.Join(r.said(state), ", ")
}

func (r *Judgement) said(state State) []string {
	parts := make([]string, len(r.Changes))
	for i, change := range r.Changes {
		parts[i] = change.said(state.Done&(1<<i) != 0)
	}
	return parts
}

func (c Change) said(done bool) string {
	words := map[string][2]string{Added: {"not yet", "new"}, Changed: {"old", "new"}, Removed: {"still there", "gone"}}[c.Verb]
	word := words[0]
	if done {
		word = words[1]
	}
	return c.ID + " " + word
}
