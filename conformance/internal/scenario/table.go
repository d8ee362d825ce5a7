package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
)

// Limits of the tier in this process.
const Limits = "(not Istio's own proxy build, no API server process, no automatic addresses, no ztunnel: see conformance/README.md)"

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
	}{{"ERROR", r.Accept.Errors}, {"NOT JUDGED", r.Accept.NotJudged}, {"warning", r.Accept.Warnings}, {"noise", r.Accept.Noise}, {"dropped", r.Dropped}, {"n/a", r.Left}, {"allocated by istiod", r.Allocated}, {"PROBLEM", r.Broken}} {
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
	var calls, columns []string
	width := len("call")
	for _, cell := range r.Cells {
		if cells[cell.Call] == nil {
			cells[cell.Call] = map[string]Cell{}
			calls = append(calls, cell.Call)
			width = max(width, len(cell.Call))
		}
		if !slices.Contains(columns, cell.Judge) {
			columns = append(columns, cell.Judge)
		}
		cells[cell.Call][cell.Judge] = cell
	}
	fmt.Fprintf(out, "   %-*s", width, "call")
	for _, judge := range columns {
		fmt.Fprintf(out, "  %-8s", judge)
	}
	fmt.Fprintln(out, "  expected")
	for _, call := range calls {
		row := cells[call]
		fmt.Fprintf(out, "   %-*s", width, call)
		for _, judge := range columns {
			fmt.Fprintf(out, "  %-8s", row[judge].Mark)
		}
		fmt.Fprintf(out, "  %s\n", row[columns[0]].Expected)
		for _, judge := range columns {
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
func Summary(results []*Result, limits string) string {
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
	return fmt.Sprintf("%d scenarios, %d of them not as expected; cells: %d ok, %d differ, %d n/a\n%s\n",
		len(results), failed, count[judges.Passed], count[judges.Differs], count[judges.NotApplicable], limits)
}
