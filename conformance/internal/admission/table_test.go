package admission

import (
	"os"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

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

// request is what the API server would see of a row: with a name, and with the sidecar that Istio's webhook adds.
func (e Expected) request() Request {
	out := Request{User: e.As.Info}
	if e.Old != nil {
		out.Old = e.Old
	}
	if e.Object == nil {
		return out
	}
	object := e.Object.DeepCopy()
	if object.GetName() == "" {
		object.SetName(object.GetGenerateName() + "x")
	}
	if e.Injected {
		containers, _, _ := unstructured.NestedSlice(object.Object, "spec", "containers")
		containers = append(containers, map[string]any{"name": "istio-proxy", "image": "istio/proxyv2", "securityContext": map[string]any{"runAsUser": int64(1337), "runAsGroup": int64(1337)}})
		_ = unstructured.SetNestedSlice(object.Object, containers, "spec", "containers")
	}
	out.Object = object
	return out
}

func refusals(t *testing.T, policies *manifests.Set, table []Expected) map[string]string {
	t.Helper()
	var objects []runtime.Object
	for _, one := range table {
		place := &unstructured.Unstructured{Object: map[string]any{}}
		place.SetNamespace(one.Namespace())
		objects = append(objects, place)
	}
	reviewer, err := Start(policies, objects)
	if err != nil {
		t.Fatal(err)
	}
	defer reviewer.Stop()
	out := map[string]string{}
	for _, one := range table {
		why, err := reviewer.Review(one.request())
		if err != nil {
			t.Fatalf("%s: %v", one.Name, err)
		}
		out[one.Name] = why
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
		if err := one.Judge(seen[one.Name]); err != nil {
			t.Error(err)
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
