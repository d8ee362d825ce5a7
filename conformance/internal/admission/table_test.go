package admission

import (
	"os"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

func examplePolicies(t *testing.T, change func(string) string) *manifests.Set {
	t.Helper()
	raw, err := os.ReadFile(examples + "admission.k8s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, err := manifests.Parse(change(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func asIs(text string) string { return text }

func exampleTable(t *testing.T) []Expected {
	t.Helper()
	table, err := ReadTable(examples + "admission.requests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func refusals(t *testing.T, policies *manifests.Set, table []Expected) map[string]string {
	t.Helper()
	seen, err := Simulate(policies, table)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for i, one := range table {
		out[one.Name] = seen[i]
	}
	return out
}

// The example's table holds.
func TestExample(t *testing.T) {
	table := exampleTable(t)
	seen := refusals(t, examplePolicies(t, asIs), table)
	if len(seen) != len(table) {
		t.Errorf("%d rows have %d names", len(table), len(seen))
	}
	for _, one := range table {
		if one.Refused == ByRights {
			continue
		}
		if err := one.Judge(seen[one.Name]); err != nil {
			t.Errorf("%s: %v: %s", one.Name, err, seen[one.Name])
		}
	}
}

// Each policy refuses something of the table that would be taken without it.
func TestEachPolicyCounts(t *testing.T) {
	table, policies := exampleTable(t), examplePolicies(t, asIs)
	for _, object := range policies.Objects {
		if object.Raw.GetKind() != "ValidatingAdmissionPolicyBinding" {
			continue
		}
		name := object.Raw.GetName()
		t.Run(name, func(t *testing.T) {
			rest := &manifests.Set{}
			for _, other := range policies.Objects {
				if other != object {
					rest.Objects = append(rest.Objects, other)
				}
			}
			seen := refusals(t, rest, table)
			for _, one := range table {
				if one.Refused != "" && strings.HasPrefix(name, one.Refused) && !strings.Contains(seen[one.Name], "'"+one.Refused) {
					return
				}
			}
			t.Error("nothing in the table needs it")
		})
	}
}
