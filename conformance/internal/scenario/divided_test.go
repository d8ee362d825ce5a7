package scenario

import (
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Of several ways each must be taken, and no other.
func TestJudgeOfSeveralWays(t *testing.T) {
	straight := judges.Seen{Way: []judges.SeenHop{{Sidecar: "n"}, {Server: "s"}}}
	through := judges.Seen{Way: []judges.SeenHop{{Sidecar: "n"}, {Gateway: "n/g"}, {Server: "s"}}}
	ways := world.Expect{Ways: [][]world.Hop{{{Sidecar: "n"}, {Server: "s"}}, {{Sidecar: "n"}, {Gateway: "n/g"}, {Server: "s"}}}}
	for _, row := range []struct {
		name   string
		expect world.Expect
		// seen of one call after the other; the last one again and again
		seen  []judges.Seen
		calls int
		want  judges.Mark
	}{
		{"one way", world.Expect{Way: ways.Ways[0]}, []judges.Seen{straight}, 1, judges.Passed},
		{"both at once", ways, []judges.Seen{straight, through}, 2, judges.Passed},
		{"both in the end", ways, []judges.Seen{through, through, through, straight}, 4, judges.Passed},
		{"one only", ways, []judges.Seen{straight}, MostCalls, judges.Differs},
		{"another", ways, []judges.Seen{straight, {Way: []judges.SeenHop{{Sidecar: "n"}, {Server: "t"}}}}, 2, judges.Differs},
		{"refused", ways, []judges.Seen{straight, {Refused: "denied"}}, 2, judges.Differs},
		{"not modelled", ways, []judges.Seen{{Unmodelled: "weights"}}, 1, judges.NotApplicable},
	} {
		result, calls := &Result{}, 0
		err := result.judge(world.Call{Expect: row.expect}, "run", func() (judges.Seen, error) {
			calls++
			return row.seen[min(calls, len(row.seen))-1], nil
		})
		if err != nil || len(result.Cells) != 1 || result.Cells[0].Mark != row.want || calls != row.calls {
			t.Errorf("%s: want %s after %d calls, got %v after %d, %v", row.name, row.want, row.calls, result.Cells, calls, err)
		}
	}
}
