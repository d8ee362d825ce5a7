package judges_test

import (
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

func TestCompare(t *testing.T) {
	none, name := "", "a.example.com"
	null := world.Optional{Set: true}
	way := world.Expect{Way: []world.Hop{{Sidecar: "n"}, {Server: "s", SNI: null}}}
	refused := world.Expect{Refused: "denied", At: "gateway"}
	counted := world.Expect{Refused: "timeout", Asked: map[string]int{"s": 2, "t": 0}, Took: &world.Span{AtLeast: 100, AtMost: 200}}
	for _, row := range []struct {
		name   string
		expect world.Expect
		seen   judges.Seen
		want   judges.Mark
	}{
		{"the same way", way, judges.Seen{Way: []judges.SeenHop{{Sidecar: "n"}, {Server: "s", SNI: &none}}}, judges.Passed},
		{"another SNI", way, judges.Seen{Way: []judges.SeenHop{{Sidecar: "n"}, {Server: "s", SNI: &name}}}, judges.Differs},
		{"a fact that was not seen", way, judges.Seen{Way: []judges.SeenHop{{Sidecar: "n"}, {Server: "s"}}}, judges.Differs},
		{"a fact that is not looked at", way, judges.Seen{Partial: true, Way: []judges.SeenHop{{Sidecar: "n"}, {Server: "s"}}}, judges.Passed},
		{"a hop is missing", way, judges.Seen{Way: []judges.SeenHop{{Server: "s", SNI: &none}}}, judges.Differs},
		{"a hop too many", way, judges.Seen{Way: []judges.SeenHop{{Sidecar: "n"}, {Gateway: "n/g"}, {Server: "s", SNI: &none}}}, judges.Differs},
		{"as far as it goes", way, judges.Seen{Partial: true, Unmodelled: "x", Way: []judges.SeenHop{{Sidecar: "n"}}}, judges.NotApplicable},
		{"wrong as far as it goes", way, judges.Seen{Partial: true, Unmodelled: "x", Way: []judges.SeenHop{{Sidecar: "m"}}}, judges.Differs},
		{"refused instead", way, judges.Seen{Refused: "denied"}, judges.Differs},
		{"refused", refused, judges.Seen{Refused: "denied", At: "gateway"}, judges.Passed},
		{"refused elsewhere", refused, judges.Seen{Refused: "denied", At: "sidecar"}, judges.Differs},
		{"another refusal", refused, judges.Seen{Refused: "blackhole", At: "gateway"}, judges.Differs},
		{"a greeting came through", refused, judges.Seen{Refused: "denied", At: "gateway", Greeting: true}, judges.Differs},
		{"not refused", refused, judges.Seen{Way: []judges.SeenHop{{Server: "s"}}}, judges.Differs},
		{"asked as often, and as long", counted, judges.Seen{Refused: "timeout", Asked: map[string]int{"s": 2}, Took: 100}, judges.Passed},
		{"asked more often", counted, judges.Seen{Refused: "timeout", Asked: map[string]int{"s": 3}, Took: 100}, judges.Differs},
		{"another one asked too", counted, judges.Seen{Refused: "timeout", Asked: map[string]int{"s": 2, "t": 1}, Took: 100}, judges.Differs},
		{"too soon", counted, judges.Seen{Refused: "timeout", Asked: map[string]int{"s": 2}, Took: 99}, judges.Differs},
		{"too late", counted, judges.Seen{Refused: "timeout", Asked: map[string]int{"s": 2}, Took: 201}, judges.Differs},
		{"not counted", counted, judges.Seen{Partial: true, Refused: "timeout"}, judges.Passed},
		{"not modelled", refused, judges.Seen{Unmodelled: "x"}, judges.NotApplicable},
	} {
		if got, why := judges.Compare(row.expect, row.seen); got != row.want {
			t.Errorf("%s: want %s, got %s (%s)", row.name, row.want, got, why)
		}
	}
}

// Whatever a call can differ by is in what is printed of its expectation.
func TestDescribe(t *testing.T) {
	value := func(text string) world.Optional { return world.Optional{Set: true, Value: text} }
	for _, row := range []struct {
		name   string
		expect world.Expect
		want   string
	}{
		{"a refusal", world.Expect{Refused: "denied", At: "gateway"}, "refused denied at gateway"},
		{"a path", world.Expect{Way: []world.Hop{{Server: "s", Path: value("/v1")}}}, "server s (path /v1)"},
		{"the root", world.Expect{Way: []world.Hop{{Server: "s", Path: value("/")}}}, "server s (path /)"},
		{"no path", world.Expect{Way: []world.Hop{{Server: "s", Path: value("")}}}, "server s (path none)"},
		{
			"headers", world.Expect{Way: []world.Hop{{Server: "s", Host: value("h"), Headers: map[string]world.Optional{"X-B": value("2"), "x-a": value("")}}}},
			`server s (host h, header x-a none, header x-b "2")`,
		},
		{"a time", world.Expect{Refused: "timeout", Took: &world.Span{AtLeast: 100, AtMost: 200}}, "refused timeout, in 100 to 200 ms"},
		{"a count and a time", world.Expect{Refused: "timeout", Asked: map[string]int{"s": 2}, Took: &world.Span{AtMost: 9}}, "refused timeout, s asked 2 times, in 0 to 9 ms"},
	} {
		if got := judges.Describe(row.expect); got != row.want {
			t.Errorf("%s: want %q, got %q", row.name, row.want, got)
		}
	}
}
