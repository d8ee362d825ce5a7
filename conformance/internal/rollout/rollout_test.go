package rollout

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"istio.io/istio/pkg/config"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/reasons"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

func object(kind, namespace, name, spec string) string {
	group := "networking"
	if kind == "AuthorizationPolicy" {
		group = "security"
	}
	return "apiVersion: " + group + ".istio.io/v1\nkind: " + kind + "\nmetadata: {name: " + name + ", namespace: " + namespace + "}\nspec: " + spec + "\n---\n"
}

func set(t *testing.T, documents ...string) *manifests.Set {
	t.Helper()
	parsed, err := manifests.Parse(strings.Join(documents, ""))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func sample(t *testing.T) *Pair {
	return &Pair{
		Name: "sample",
		Before: set(t, object("Gateway", "istio-system", "old", "{selector: {a: b}}"), object("AuthorizationPolicy", "istio-system", "same", "{}"),
			object("DestinationRule", "team", "rule", "{host: a.example.com}"), object("AuthorizationPolicy", "istio-system", "a-old", "{}")),
		After: set(t, object("AuthorizationPolicy", "istio-system", "z-new", "{}"), object("Gateway", "istio-system", "new", "{selector: {a: b}}"),
			object("AuthorizationPolicy", "istio-system", "same", "{}"), object("DestinationRule", "team", "rule", "{host: b.example.com}")),
	}
}

func TestChanges(t *testing.T) {
	changes, same := sample(t).Changes()
	var got []string
	for _, change := range changes {
		got = append(got, change.Verb+" "+change.ID)
	}
	want := []string{
		"added AuthorizationPolicy istio-system/z-new", "added Gateway istio-system/new", "changed DestinationRule team/rule",
		"removed Gateway istio-system/old", "removed AuthorizationPolicy istio-system/a-old",
	}
	if !slices.Equal(got, want) || len(same) != 1 {
		t.Errorf("%q, %d stay", got, len(same))
	}
}

// The states of an order tell in which order the changes are done.
func TestOrders(t *testing.T) {
	changes, _ := sample(t).Changes()
	for _, want := range []struct{ order, steps string }{
		{"kubectl", "z-new new rule old a-old"},
		{"Argo CD", "a-old old new rule z-new"},
		{"PruneLast", "new rule z-new a-old old"},
		{"Flux", "rule new z-new a-old old"},
		{"Flux reversed", "old a-old z-new new rule"},
	} {
		orders := Orders(changes)
		order := orders[slices.IndexFunc(orders, func(o Order) bool { return o.Name == want.order })]
		states := order.States
		if order.Name == "PruneLast" { // and then whatever subset of what is pruned at once
			states = states[:6]
		}
		if order.Name == "Argo CD" { // whatever subset of what is pruned at once, and then one after the other
			states = states[4:]
		}
		var steps []string
		for i := 1; i < len(states); i++ {
			for bit, change := range changes {
				if states[i]&^states[i-1] == 1<<bit {
					steps = append(steps, change.object().Raw.GetName())
				}
			}
		}
		if got := strings.Join(steps, " "); got != want.steps {
			t.Errorf("%s: %s, expected %s", want.order, got, want.steps)
		}
	}
}

func TestSubsets(t *testing.T) {
	changes := make([]Change, 3)
	states := Subsets(changes, 3)
	if sorted := slices.Sorted(slices.Values(states)); len(states) != 8 || sorted[7] != 7 || len(slices.Compact(sorted)) != 8 {
		t.Errorf("%v", states)
	}
	if Subsets(changes, 2) != nil {
		t.Error("too many")
	}
}

// mesh is a looker in which a call passes as its function says of the objects that are there.
type mesh struct {
	there map[string]bool
	sight func(there map[string]bool, call string) Sight
}

func (m *mesh) Change(put, removed []config.Config) error {
	for _, one := range put {
		m.there[one.Name] = true
	}
	for _, one := range removed {
		delete(m.there, one.Name)
	}
	return nil
}

func (m *mesh) Look(calls []world.Call) (out []Sight, err error) {
	for _, call := range calls {
		out = append(out, m.sight(m.there, call.Name))
	}
	return out, nil
}

func (m *mesh) Check(world.Call) (string, error) { return "", nil }

func (m *mesh) Refused() int { return 0 }

func TestJudge(t *testing.T) {
	refused := world.Expect{Refused: "denied"}
	passes := world.Expect{Way: []world.Hop{{Sidecar: "team"}, {Gateway: "g/g"}, {Server: "s"}}}
	call := func(name string, expect world.Expect) *world.Scenario {
		return &world.Scenario{Calls: []world.Call{{Name: name, Expect: expect}}}
	}
	through := Sight{Glimpse: live.Glimpse{Server: "s", Reached: true, Source: "g/g"}}
	for _, row := range []struct {
		name          string
		before, after world.Expect
		between       Sight
		kind          Kind
	}{
		{"refused in both", refused, refused, through, Forbidden},
		{"refused in one", refused, passes, through, ""},
		{"passes in both", passes, passes, Sight{}, Lost},
		{"straight", passes, passes, Sight{Glimpse: live.Glimpse{Server: "s", Reached: true, Source: "pod"}}, Bypass},
		{"another server", passes, refused, Sight{Glimpse: live.Glimpse{Server: "r", Reached: true, Source: "g/g"}}, Astray},
		{"in clear", passes, passes, Sight{Glimpse: live.Glimpse{Server: "s", Reached: true, Source: "g/g", ClearFromGateway: true}}, Clear},
		{"in clear, and refused", refused, passes, Sight{Glimpse: live.Glimpse{ClearFromPod: true}}, Clear},
	} {
		pair := &Pair{
			Before: set(t, object("AuthorizationPolicy", "ns", "a", "{}")), After: set(t, object("AuthorizationPolicy", "ns", "b", "{}")),
			BeforeCalls: call("c", row.before), AfterCalls: call("c", row.after),
		}
		of := func(expect world.Expect) Sight {
			if expect.Refused != "" {
				return Sight{}
			}
			return through
		}
		looker := &mesh{map[string]bool{"a": true}, func(there map[string]bool, _ string) Sight {
			switch {
			case there["a"] == there["b"]:
				return row.between
			case there["a"]:
				return of(row.before)
			}
			return of(row.after)
		}}
		judgement, err := NewJudge(pair, looker, false).Walk(MostForAll)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []Kind
		for _, finding := range judgement.Findings {
			if finding.State.Place == Between {
				kinds = append(kinds, finding.Kind)
			}
		}
		want := []Kind{row.kind, row.kind} // both are there, and none
		if row.kind == "" {
			want = nil
		}
		if !slices.Equal(kinds, want) || len(judgement.Problems) > 0 {
			t.Errorf("%s: %v, %q", row.name, kinds, judgement.Problems)
		}
	}
}

func TestKnown(t *testing.T) {
	changes, _ := sample(t).Changes()
	judgement := &Judgement{Name: "sample.named", Changes: changes, Findings: []Finding{
		{Kind: Forbidden, Call: "stranger at a door", State: State{Place: Between, Done: 0b10}},
		{Kind: Forbidden, Call: "stranger at a door", State: State{Place: Between, Done: 0b11}},
		{Kind: Lost, Call: "stranger at a door", State: State{Place: Between, Done: 0b10}},
	}}
	known := []*Known{
		{Pairs: "sample*", Calls: "stranger *", Place: Between, While: []string{"AuthorizationPolicy *z-new not yet"}, Reason: "so it is"},
		{Pairs: "other", Reason: "nothing of the kind"},
	}
	judgement.Mark(known)
	for i, want := range []string{"so it is", "", ""} {
		if got := judgement.Findings[i].Known; got != want {
			t.Errorf("finding %d: %q", i, got)
		}
	}
	if got := reasons.Unmet(known); !slices.Equal(got, []string{"nothing of the kind"}) {
		t.Errorf("%q", got)
	}
}

// What is wrong while an engine works is joined by call, from the first time to the last.
func TestSpans(t *testing.T) {
	refused, passes := world.Expect{Refused: "denied"}, world.Expect{Way: []world.Hop{{Sidecar: "team"}, {Gateway: "g/g"}, {Server: "s"}}}
	calls := &world.Scenario{Calls: []world.Call{{Name: "stranger", Expect: refused}, {Name: "client", Expect: passes}}}
	through := live.Glimpse{Server: "s", Reached: true, Source: "g/g"}
	judge := NewJudge(&Pair{Name: "sample", Before: &manifests.Set{}, After: &manifests.Set{}, BeforeCalls: calls, AfterCalls: calls}, nil, false)
	judge.ends = [2][]Sight{{{}, {Glimpse: through}}, {{}, {Glimpse: through}}}
	began := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	probe := func(call, after int, glimpse live.Glimpse) live.Probe {
		return live.Probe{Call: call, Began: began.Add(time.Duration(after) * time.Millisecond), Glimpse: glimpse}
	}
	drive := &Drive{Name: "sample", Engine: "flux"}
	drive.add(judge, []live.Probe{
		probe(0, 30, through), probe(0, 0, live.Glimpse{}), probe(0, 10, through), probe(0, 20, through), probe(1, 0, through), probe(1, 15, live.Glimpse{}),
	})
	var got []string
	for _, span := range drive.Spans {
		got = append(got, fmt.Sprint(span.Kind, " ", span.Call, " ", span.Times, " ", span.Lasted))
	}
	if want := []string{"forbidden stranger 3 20ms", "lost client 1 0s"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if drive.Unknown() != 3 || drive.cell() != "3/1 0.02s" {
		t.Errorf("%d not known, %s", drive.Unknown(), drive.cell())
	}
	drive.Mark([]*Known{{Pairs: "sample", Place: Missing, Reason: "of another place"}, {Pairs: "s*", Place: Between, While: []string{"whatever"}, Reason: "so it is"}})
	if drive.Unknown() != 0 || drive.Spans[0].Known != "so it is" || drive.Spans[1].Known != "" {
		t.Errorf("%+v", drive.Spans)
	}
}
