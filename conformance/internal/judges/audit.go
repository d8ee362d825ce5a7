package judges

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// CompareAudit holds the lines that are expected against those that were written; they are in no order.
func CompareAudit(expect []world.AuditLine, seen []map[string]any) string {
	if expect == nil {
		return ""
	}
	left, same := slices.Clone(seen), map[string]any{}
	for _, wanted := range expect {
		var whys []string
		at := slices.IndexFunc(left, func(line map[string]any) bool {
			why := compareLine(wanted, line, same)
			whys = append(whys, why)
			return why == ""
		})
		if at < 0 {
			return "no such audit line: " + strings.Join(append(whys, "there is no other"), "; ")
		}
		left = slices.Delete(left, at, at+1)
	}
	if len(left) > 0 {
		raw, _ := json.Marshal(left[0])
		return fmt.Sprintf("an audit line more than expected: %s", raw)
	}
	return ""
}

// compareLine holds one line against one that is expected; same are the values that earlier lines gave a name.
func compareLine(wanted world.AuditLine, line, same map[string]any) string {
	named := maps.Clone(same)
	for _, field := range slices.Sorted(maps.Keys(wanted)) {
		if !holds(wanted[field], line[field], named) {
			return fmt.Sprintf("%s is %s", field, show(line[field]))
		}
	}
	maps.Copy(same, named)
	return ""
}

func holds(wanted, seen any, named map[string]any) bool {
	rule, ok := wanted.(map[string]any)
	if !ok {
		return reflect.DeepEqual(wanted, seen)
	}
	if part, ok := rule["contains"].(string); ok {
		text, ok := seen.(string)
		return ok && strings.Contains(text, part)
	}
	name, _ := rule["same"].(string)
	if _, ok := named[name]; !ok {
		named[name] = seen
	}
	return seen != nil && reflect.DeepEqual(named[name], seen)
}

func show(value any) string {
	raw, _ := json.Marshal(value)
	return string(raw)
}
