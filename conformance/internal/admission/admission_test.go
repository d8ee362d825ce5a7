package admission

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const examples = "../../../examples/"

// A pod that is there already may be changed and may end, and may not be given the gateways' nodes.
func TestUpdates(t *testing.T) {
	raw, err := os.ReadFile(examples + "lockdown-nodes.k8s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, err := manifests.Parse(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	reviewer, err := Start(set, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reviewer.Stop()

	running := func(tolerations ...corev1.Toleration) *corev1.Pod {
		return &corev1.Pod{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
			ObjectMeta: metav1.ObjectMeta{Name: "pod", Namespace: "egress"}, Spec: corev1.PodSpec{NodeName: "egress-1", Tolerations: tolerations},
		}
	}
	every := corev1.Toleration{Operator: corev1.TolerationOpExists}
	for _, test := range []struct {
		name     string
		old, new runtime.Object
		refused  bool
	}{
		{"nothing changes of a pod that tolerated it before", running(every), running(every), false},
		{"a pod on a node stays on it", running(), running(), false},
		{"a toleration is added", running(), running(every), true},
		{"a toleration of another taint is added", running(), running(corev1.Toleration{Key: "other", Operator: corev1.TolerationOpExists}), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			why, err := reviewer.Review(Request{Object: test.new, Old: test.old, User: nobody})
			if err != nil || (why != "") != test.refused {
				t.Errorf("refused: %q %v", why, err)
			}
		})
	}
}

// A policy that cannot be understood refuses, loudly, and is not passed over.
func TestPolicyThatCannotBeRead(t *testing.T) {
	set, err := manifests.Parse(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: wrong }
spec:
  matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }] }
  validations: [{ expression: "object.spec.nonsense(" }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: wrong }
spec: { policyName: wrong, validationActions: [Deny] }
`)
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.Derive(set, &world.Scenario{Calls: []world.Call{{Name: "call", From: world.From{Namespace: "a"}}}})
	if err != nil {
		t.Fatal(err)
	}
	refused, err := Refusals(w)
	if err != nil {
		t.Fatal(err)
	}
	if why := refused[w.Callers["call"]]; !strings.Contains(why, "compilation error") {
		t.Errorf("refused: %q", why)
	}
}

// An object of any kind and version is judged, by who asks and where.
func TestDecide(t *testing.T) {
	policies, err := manifests.Parse(`
apiVersion: v1
kind: Namespace
metadata: { name: locked, labels: { locked: "true" } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: sidecars }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [networking.istio.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [gateways, sidecars] }
      - { apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [networkpolicies] }
  matchConditions: [{ name: others, expression: 'request.userInfo.username != "system:serviceaccount:platform:deployer"' }]
  validations: [{ expression: '!object.spec.?policyTypes.orValue(["Egress"]).exists(t, t == "Egress")', message: no further way }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: sidecars }
spec: { policyName: sidecars, validationActions: [Deny], matchResources: { namespaceSelector: { matchLabels: { locked: "true" } } } }
`)
	if err != nil {
		t.Fatal(err)
	}
	object := func(apiVersion, kind, namespace string, spec map[string]any) runtime.Object {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"namespace": namespace, "name": "one"}, "spec": spec,
		}}
	}
	all := map[string]any{"podSelector": map[string]any{}}
	objects := map[string]runtime.Object{
		"a Sidecar":                        object("networking.istio.io/v1", "Sidecar", "locked", nil),
		"a Sidecar of an older version":    object("networking.istio.io/v1alpha3", "Sidecar", "locked", nil),
		"a Sidecar of another namespace":   object("networking.istio.io/v1", "Sidecar", "open", nil),
		"a Gateway":                        object("networking.istio.io/v1", "Gateway", "locked", nil),
		"another kind":                     object("gateway.networking.k8s.io/v1", "Gateway", "locked", nil),
		"a NetworkPolicy that is for both": object("networking.k8s.io/v1", "NetworkPolicy", "locked", map[string]any{"podSelector": map[string]any{}, "egress": []any{map[string]any{}}}),
		"a NetworkPolicy by default":       object("networking.k8s.io/v1", "NetworkPolicy", "locked", all),
	}
	for _, test := range []struct {
		name    string
		who     user.Info
		refused []string
	}{
		{"a team", serviceaccount.UserInfo("locked", "deployer", ""), []string{"a Gateway", "a NetworkPolicy that is for both", "a Sidecar", "a Sidecar of an older version"}},
		{"the platform", serviceaccount.UserInfo("platform", "deployer", ""), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			refusals, err := Decide(policies, slices.Collect(maps.Values(objects)), test.who)
			if err != nil {
				t.Fatal(err)
			}
			var refused []string
			for name, object := range objects {
				if refusals[object] != "" {
					refused = append(refused, name)
				}
			}
			slices.Sort(refused)
			if !slices.Equal(refused, test.refused) {
				t.Errorf("refused: %q, expected %q; %v", refused, test.refused, slices.Collect(maps.Values(refusals)))
			}
		})
	}
}
