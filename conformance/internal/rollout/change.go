package rollout

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Change is what becomes of one object.
type Change struct {
	ID   string `json:"id"`
	Verb string `json:"verb"`
	// Old and New are nil where the object is added or removed.
	Old *manifests.Object `json:"-"`
	New *manifests.Object `json:"-"`
}

// The verbs.
const (
	Added   = "added"
	Changed = "changed"
	Removed = "removed"
)

func (c Change) object() *manifests.Object {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

func (c Change) removes() bool { return c.New == nil }

// Changes are what differs between the states, what is applied in the order of its document and then what is removed;
// and what stays.
func (p *Pair) Changes() (changes []Change, same []*manifests.Object) {
	old := map[string]*manifests.Object{}
	for _, object := range p.Before.Objects {
		old[object.ID()] = object
	}
	next := map[string]bool{}
	for _, object := range p.After.Objects {
		next[object.ID()] = true
		before := old[object.ID()]
		switch {
		case object.Config == nil:
		case before == nil:
			changes = append(changes, Change{ID: object.ID(), Verb: Added, New: object})
		case !bytes.Equal(before.JSON, object.JSON):
			changes = append(changes, Change{ID: object.ID(), Verb: Changed, Old: before, New: object})
		default:
			same = append(same, object)
		}
	}
	for _, object := range p.Before.Objects {
		if object.Config != nil && !next[object.ID()] {
			changes = append(changes, Change{ID: object.ID(), Verb: Removed, Old: object})
		}
	}
	return changes, same
}

// Order is a way of applying and pruning; its states are sets of changes that are done, as bits.
type Order struct {
	Name   string   `json:"name"`
	States []uint64 `json:"states"`
}

// Orders are those of the tools, and their reverses.
func Orders(changes []Change) []Order {
	var apply, prune []int
	for i, change := range changes {
		if change.removes() {
			prune = append(prune, i)
		} else {
			apply = append(apply, i)
		}
	}
	sorted := func(of []int, key func(Change) string) []int {
		of = slices.Clone(of)
		slices.SortStableFunc(of, func(a, b int) int { return strings.Compare(key(changes[a]), key(changes[b])) })
		return of
	}
	reversed := func(of []int) []int {
		of = slices.Clone(of)
		slices.Reverse(of)
		return of
	}
	// kubectl prunes a namespace after the other, a kind after the other in the order of its allowlist
	kubectl := slices.Concat(apply, sorted(prune, func(c Change) string {
		object := c.object().Raw
		return fmt.Sprintf("%s %02d %s", object.GetNamespace(), slices.Index(allowlist, object.GetKind()), object.GetName())
	}))
	// Argo CD prunes first, and then goes by name, whatever kind: these are all custom resources
	byName := func(c Change) string { return c.object().Raw.GetName() + " " + c.object().Raw.GetKind() }
	argo := slices.Concat(sorted(prune, byName), sorted(apply, byName))
	// Flux goes by group, kind, namespace and name, and deletes what is left in reverse
	byKind := func(c Change) string {
		object := c.object().Raw
		return strings.Join([]string{object.GroupVersionKind().Group, object.GetKind(), object.GetNamespace(), object.GetName()}, " ")
	}
	flux := slices.Concat(sorted(apply, byKind), reversed(sorted(prune, byKind)))
	// with PruneLast it prunes when all the rest is there
	pruneLast := slices.Concat(sorted(apply, byName), sorted(prune, byName))
	applied := uint64(0)
	for _, i := range apply {
		applied |= 1 << i
	}
	last := atOnce(prune)
	for i := range last {
		last[i] |= applied
	}
	return []Order{
		{"kubectl", prefixes(kubectl)}, {"Argo CD", slices.Concat(atOnce(prune), prefixes(argo))},
		{"PruneLast", slices.Concat(prefixes(pruneLast), last)}, {"Flux", prefixes(flux)},
		{"kubectl reversed", prefixes(reversed(kubectl))}, {"Argo CD reversed", prefixes(reversed(argo))}, {"Flux reversed", prefixes(reversed(flux))},
	}
}

// allowlist is the order of kinds in which docs/names.md lets kubectl prune.
var allowlist = []string{
	"ServiceEntry", "DestinationRule", "Gateway", "VirtualService", "Sidecar", "EnvoyFilter", "AuthorizationPolicy", "Telemetry", "NetworkPolicy",
}

func prefixes(order []int) []uint64 {
	states := []uint64{0}
	for _, i := range order {
		states = append(states, states[len(states)-1]|1<<i)
	}
	return states
}

// atOnce are the states in which some of what is removed at once is gone.
func atOnce(prune []int) []uint64 {
	const most = 6
	if len(prune) > most {
		return nil
	}
	var states []uint64
	for subset := range uint64(1) << len(prune) {
		state := uint64(0)
		for bit, i := range prune {
			if subset&(1<<bit) != 0 {
				state |= 1 << i
			}
		}
		states = append(states, state)
	}
	return states
}

// Subsets are all states there are, each one change from the next; nil if there are more than 2^most.
func Subsets(changes []Change, most int) []uint64 {
	if len(changes) > most {
		return nil
	}
	states := make([]uint64, 0, 1<<len(changes))
	for i := range uint64(1) << len(changes) {
		states = append(states, i^(i>>1))
	}
	return states
}
