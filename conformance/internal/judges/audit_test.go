package judges

import (
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

func TestCompareAudit(t *testing.T) {
	seen := []map[string]any{
		{"log": "a", "from": "10.0.0.1:2", "caller": "spiffe://x", "bytes": 7.0, "upstream": nil},
		{"log": "b", "from": "10.0.0.1:2", "verdict": "- rbac_access_denied[p] -"},
	}
	first, second := world.AuditLine{"log": "a"}, world.AuditLine{"log": "b"}
	for _, row := range []struct {
		name   string
		expect []world.AuditLine
		want   string
	}{
		{"not looked at", nil, ""},
		{"in any order", []world.AuditLine{second, first}, ""},
		{"equal values", []world.AuditLine{{"log": "a", "caller": "spiffe://x", "bytes": 7.0, "upstream": nil, "missing": nil}, second}, ""},
		{"a part", []world.AuditLine{first, {"verdict": map[string]any{"contains": "rbac_access_denied"}}}, ""},
		{"one value in both", []world.AuditLine{{"log": "a", "from": map[string]any{"same": "s"}}, {"log": "b", "from": map[string]any{"same": "s"}}}, ""},
		{"two values", []world.AuditLine{{"log": "a", "caller": map[string]any{"same": "s"}}, {"log": "b", "from": map[string]any{"same": "s"}}}, `from is "10.0.0.1:2"`},
		{"another number", []world.AuditLine{{"log": "a", "bytes": 8.0}, second}, `bytes is 7`},
		{"another caller", []world.AuditLine{{"log": "a", "caller": "spiffe://y"}, second}, `caller is "spiffe://x"`},
		{"none where one is", []world.AuditLine{{"log": "a", "caller": nil}, second}, `caller is "spiffe://x"`},
		{"not that part", []world.AuditLine{first, {"log": "b", "verdict": map[string]any{"contains": "TLS"}}}, "verdict is"},
		{"no part of nothing", []world.AuditLine{{"log": "a", "upstream": map[string]any{"contains": ":443"}}, second}, "upstream is null"},
		{"one line for two", []world.AuditLine{first, first, second}, "no such audit line"},
		{"a line too many", []world.AuditLine{first}, "more than expected"},
		{"none at all", []world.AuditLine{}, "more than expected"},
	} {
		if why := CompareAudit(row.expect, seen); row.want == "" && why != "" || !strings.Contains(why, row.want) {
			t.Errorf("%s: want %q, got %q", row.name, row.want, why)
		}
	}
}

func TestAnAuditIsPartOfTheVerdict(t *testing.T) {
	expect := world.Expect{Refused: "denied", Audit: []world.AuditLine{{"log": "a"}}}
	seen := Seen{Refused: "denied", Audit: []world.AuditLine{}}
	if mark, why := Compare(expect, seen); mark != Differs || !strings.Contains(why, "no such audit line") {
		t.Errorf("%s, %s", mark, why)
	}
	seen.Partial = true // a simulation writes no lines
	if mark, _ := Compare(expect, seen); mark != Passed {
		t.Errorf("%s", mark)
	}
}
