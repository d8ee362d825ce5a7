package kubernetes_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"github.com/cdk8s-istio-egress/conformance/internal/kubernetes"
)

const pod = `{containers: [{name: c, image: i}]}`

// Each row is an object that is sound, what is changed in it, and what the API server then says.
var rows = []struct{ name, object, from, to, problem string }{
	{"NetworkPolicy", `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: obj, namespace: a}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: "::/0", except: [fc00::/7]}}]}]}}`,
		"fc00::/7", `"::ffff:0:0/96"`, "spec.egress[0].to[0].ipBlock.except[0]: Invalid value"},
	{"Deployment", `{apiVersion: apps/v1, kind: Deployment, metadata: {name: obj, namespace: a}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: ` + pod + `}}}`,
		"matchLabels: {a: b}", "matchLabels: {a: c}", "`selector` does not match template `labels`"},
	{"Service", `{apiVersion: v1, kind: Service, metadata: {name: obj, namespace: a}, spec: {selector: {a: b}, ports: [{port: 443}]}}`,
		"port: 443", "port: 443000", "spec.ports[0].port: Invalid value"},
	{"ServiceAccount", `{apiVersion: v1, kind: ServiceAccount, metadata: {name: obj, namespace: a}}`, "name: obj", "name: Obj", "metadata.name: Invalid value"},
	{"ConfigMap", `{apiVersion: v1, kind: ConfigMap, metadata: {name: obj, namespace: a}, data: {key: text}}`, "key:", `"a key":`, "data[a key]: Invalid value"},
	{"Secret", `{apiVersion: v1, kind: Secret, metadata: {name: obj, namespace: a}, type: kubernetes.io/tls, stringData: {tls.crt: a, tls.key: b}}`, "tls.key: b", "key: b", "data[tls.key]: Required value"},
	{"HorizontalPodAutoscaler", `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: obj, namespace: a}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: obj}, minReplicas: 2, maxReplicas: 5}}`,
		"maxReplicas: 5", "maxReplicas: 1", "spec.maxReplicas: Invalid value"},
	{"PodDisruptionBudget", `{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: obj, namespace: a}, spec: {selector: {matchLabels: {a: b}}, maxUnavailable: 1}}`,
		"maxUnavailable: 1", "maxUnavailable: 1, minAvailable: 1", "minAvailable and maxUnavailable cannot be both set"},
	{"Role", `{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: obj, namespace: a}, rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]}`,
		"verbs: [get]", "verbs: []", "rules[0].verbs: Required value"},
	{"RoleBinding", `{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: obj, namespace: a}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: obj}, subjects: [{kind: ServiceAccount, name: obj, namespace: a}]}`,
		"kind: Role,", "kind: Roll,", "roleRef.kind: Unsupported value"},
	{"ValidatingAdmissionPolicy", `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: obj}, spec: {matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, validations: [{expression: "has(object.spec)"}]}}`,
		"has(object.spec)", "has(object.spec", "spec.validations[0].expression: Invalid value"},
	{"ValidatingAdmissionPolicyBinding", `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: obj}, spec: {policyName: obj, validationActions: [Deny]}}`,
		"[Deny]", "[Deny, Deny]", "Duplicate value"},
	{"Namespace", `{apiVersion: v1, kind: Namespace, metadata: {name: obj}}`, "name: obj", "name: obj.obj", "metadata.name: Invalid value"},
	{"Pod", `{apiVersion: v1, kind: Pod, metadata: {name: obj, namespace: a}, spec: ` + pod + `}`, "image: i", `image: ""`, "spec.containers[0].image: Required value"},
	{"a field that is not there", `{apiVersion: v1, kind: ServiceAccount, metadata: {name: obj, namespace: a}}`, "metadata:", "secret: [], metadata:", `unknown field "secret"`},
}

func TestCreate(t *testing.T) {
	for _, row := range rows {
		if problems := create(t, row.object); len(problems) > 0 {
			t.Errorf("%s: sound, got %q", row.name, problems)
		}
		broken := strings.Replace(row.object, row.from, row.to, 1)
		if problems := create(t, broken); !strings.Contains(strings.Join(problems, "\n"), row.problem) {
			t.Errorf("%s: want %q, got %q", row.name, row.problem, problems)
		}
	}
}

func create(t *testing.T, text string) []string {
	t.Helper()
	document, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	object := unstructured.Unstructured{}
	if err := object.UnmarshalJSON(document); err != nil {
		t.Fatal(err)
	}
	if !kubernetes.Judges(object.GroupVersionKind()) {
		t.Fatalf("%s is not judged", object.GroupVersionKind())
	}
	problems, _ := kubernetes.Create(object.GroupVersionKind(), document)
	return problems
}

func TestWarnings(t *testing.T) {
	document := []byte(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "obj", "namespace": "a"},
		"spec": {"containers": [{"name": "c", "image": "i", "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}]}}`)
	problems, warnings := kubernetes.Create(corev1.SchemeGroupVersion.WithKind("Pod"), document)
	if len(problems) > 0 || len(warnings) != 1 || !strings.Contains(warnings[0], `hides previous definition of "A"`) {
		t.Errorf("a warning of the variable, got %q and %q", problems, warnings)
	}
}

func TestPodSecurity(t *testing.T) {
	const restricted = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: obj, namespace: a}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {
		securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, volumes: [{name: v}],
		containers: [{name: c, image: i, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}}}`
	enforce := func(level string) map[string]string {
		return map[string]string{"pod-security.kubernetes.io/enforce": level}
	}
	for _, row := range []struct {
		name, from, to string
		labels         map[string]string
		problem        string
	}{
		{"restricted, and a volume that only the API server's defaults make an emptyDir", "", "", nil, ""},
		{"root", "runAsNonRoot: true, ", "", nil, `violates PodSecurity "restricted:latest": runAsNonRoot != true`},
		{"root where the namespace lets it", "runAsNonRoot: true, ", "", enforce("baseline"), ""},
		{"of the node where the namespace lets root", "volumes:", "hostPID: true, volumes:", enforce("baseline"), `violates PodSecurity "baseline:latest": host namespaces`},
		{"of the node where the namespace lets all", "volumes:", "hostPID: true, volumes:", enforce("privileged"), ""},
		{"a level that is none", "", "", enforce("strict"), "must be one of privileged, baseline, restricted"},
	} {
		document, err := yaml.YAMLToJSON([]byte(strings.Replace(restricted, row.from, row.to, 1)))
		if err != nil {
			t.Fatal(err)
		}
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(document, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		pod := kubernetes.PodOf(object)
		pod.Name, pod.Namespace = "n", "a"
		problems, _ := kubernetes.CreatePod(pod, row.labels)
		all := strings.Join(problems, "\n")
		if (all == "") != (row.problem == "") || !strings.Contains(all, row.problem) {
			t.Errorf("%s: want %q, got %q", row.name, row.problem, all)
		}
	}
	if kubernetes.PodOf(&corev1.Service{}) != nil {
		t.Error("a Service asks for no pod")
	}
}
