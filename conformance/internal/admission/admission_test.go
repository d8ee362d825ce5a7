package admission

import (
	"context"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/client-go/kubernetes/scheme"

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
	w, err := world.Derive(set, &world.Scenario{})
	if err != nil {
		t.Fatal(err)
	}
	plugin, stop, err := start(w)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()

	running := func(tolerations ...corev1.Toleration) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "pod", Namespace: "egress"}, Spec: corev1.PodSpec{NodeName: "egress-1", Tolerations: tolerations},
		}
	}
	every := corev1.Toleration{Operator: corev1.TolerationOpExists}
	for _, test := range []struct {
		name     string
		old, new *corev1.Pod
		refused  bool
	}{
		{"nothing changes of a pod that tolerated it before", running(every), running(every), false},
		{"a pod on a node stays on it", running(), running(), false},
		{"a toleration is added", running(), running(every), true},
		{"a toleration of another taint is added", running(), running(corev1.Toleration{Key: "other", Operator: corev1.TolerationOpExists}), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := plugin.Validate(context.Background(), attributes(test.new, test.old), admission.NewObjectInterfacesFromScheme(scheme.Scheme))
			if (err != nil) != test.refused {
				t.Errorf("refused: %v", err)
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
