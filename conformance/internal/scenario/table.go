package scenario

import (
	"fmt"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
)

const limits = "not Istio's own proxy build, no admission server, no automatic addresses, no ztunnel: see conformance/README.md"

// Table is a scenario for people.
func (r *Result) Table() string {
	out := &strings.Builder{}
	fmt.Fprintf(out, "== %s: %s (%.1f s)\n", r.Name, r.Title, r.Seconds)
	for _, added := range r.Added {
		fmt.Fprintf(out, "   added: %s\n", added)
	}
	for _, group := range []struct {
		name  string
		lines []string
	}{{"ERROR", r.Accept.Errors}, {"warning", r.Accept.Warnings}, {"noise", r.Accept.Noise}, {"dropped", r.Dropped}, {"PROBLEM", r.Broken}} {
		for _, line := range group.lines {
			fmt.Fprintf(out, "   %s: %s\n", group.name, line)
		}
	}
	accept := judges.Passed
	if !r.Accept.Accepted() {
		accept = judges.Differs
	}
	fmt.Fprintf(out, "   accept: %s\n", accept)
	cells := map[string]map[string]Cell{}
	var calls []string
	width := len("call")
	for _, cell := range r.Cells {
		if cells[cell.Call] == nil {
			cells[cell.Call] = map[string]Cell{}
			calls = append(calls, cell.Call)
			width = max(width, len(cell.Call))
		}
		cells[cell.Call][cell.Judge] = cell
	}
	fmt.Fprintf(out, "   %-*s  %-8s  %-8s  %s\n", width, "call", "simulate", "run", "expected")
	for _, call := range calls {
		row := cells[call]
		fmt.Fprintf(out, "   %-*s  %-8s  %-8s  %s\n", width, call, row["simulate"].Mark, row["run"].Mark, row["simulate"].Expected)
		for _, judge := range []string{"simulate", "run"} {
			writeCell(out, r.Name, row[judge])
		}
	}
	return out.String()
}

func writeCell(out *strings.Builder, scenario string, cell Cell) {
	switch cell.Mark {
	case judges.NotApplicable:
		fmt.Fprintf(out, "     %s: n/a (%s)\n", cell.Judge, cell.Why)
	case judges.Differs:
		fmt.Fprintf(out, "     %s / %s / %s: %s\n       expected: %s\n       seen:     %s\n", scenario, cell.Call, cell.Judge, cell.Why, cell.Expected, cell.Seen)
		if cell.Detail != "" {
			fmt.Fprintf(out, "       evidence: %s\n", cell.Detail)
		}
	}
}

// Summary counts the cells of all scenarios.
func Summary(results []*Result) string {
	count := map[judges.Mark]int{}
	failed := 0
	for _, result := range results {
		if !result.Passed() {
			failed++
		}
		for _, cell := range result.Cells {
			count[cell.Mark]++
		}
	}
	return fmt.Sprintf("%d scenarios, %d of them not as expected; cells: %d ok, %d differ, %d n/a\n(%s)\n",
		len(results), failed, count[judges.Passed], count[judges.Differs], count[judges.NotApplicable], limits)
}
