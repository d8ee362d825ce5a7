package accept_test

import (
	"strings"
	"sync"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
)

var compiled = sync.OnceValues(accept.New)

const entry = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: ns}
spec: {hosts: [a.example.com], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS, location: MESH_EXTERNAL}
`

func TestAccept(t *testing.T) {
	judge, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, from, to, problem string }{
		{"sound", "", "", ""},
		{"unknown field", "resolution:", "resolutions:", "unknown field"},
		{"repeated key", "resolution: DNS", "resolution: DNS, resolution: NONE", "already set"},
		{"enum", "resolution: DNS", "resolution: DNZ", "DNZ"},
		{"port", "number: 443", "number: 443000", "between 1-65535"},
		{"CEL", "hosts: [a.example.com]", `hosts: ["*"]`, "CRD: "},
		{"webhook", "hosts: [a.example.com]", `hosts: ["*.example.com"]`, "webhook: "},
		{"name", "name: e,", "name: E_,", "metadata.name"},
		{"label", "name: e,", `name: e, labels: {a: "b c"},`, "metadata.labels"},
		{"namespace", "namespace: ns", "namespace: n.n", "metadata.namespace"},
		{"no string", "namespace: ns", "namespace: n", "cannot unmarshal bool"},
		{"no version", "apiVersion: networking.istio.io/v1\n", "", "without an apiVersion"},
		{"no name", "name: e, ", "", "without a name"},
	} {
		text := strings.Replace(entry, row.from, row.to, 1)
		_, verdict := judge.Objects(text)
		all := strings.Join(verdict.Errors, "\n")
		if verdict.Accepted() != (row.problem == "") || !strings.Contains(all, row.problem) {
			t.Errorf("%s: want a problem with %q, got %q", row.name, row.problem, all)
		}
	}
	if _, verdict := judge.Objects(entry + "---\n" + entry); !strings.Contains(strings.Join(verdict.Errors, ""), "is there twice") {
		t.Errorf("a repeated object: %q", verdict.Errors)
	}
	if _, verdict := judge.Objects(""); verdict.Accepted() {
		t.Error("nothing at all was accepted")
	}
}

const workload = `apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: ns}
spec:
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}, annotations: {}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers: [{name: c, image: i, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]
`

func TestAcceptOfKubernetes(t *testing.T) {
	judge, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	change := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(workload) }
	for _, row := range []struct {
		name, text string
		problems   []string
	}{
		{"sound, with a sidecar and without", workload, nil},
		{"what the API server refuses", change("{app: d}}\n  template", "{app: e}}\n  template"), []string{"Deployment ns/d: API server: spec.template.metadata.labels"}},
		{"root, with a sidecar or without", change("runAsNonRoot: true, ", ""), []string{"Deployment ns/d: pod: violates", "Deployment ns/d: injected pod: violates"}},
		{"root, where its own Namespace lets it", change("runAsNonRoot: true, ", "") +
			"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ns, labels: {pod-security.kubernetes.io/enforce: baseline}}\n", nil},
		{"root, where another Namespace lets it", change("runAsNonRoot: true, ", "", "app: d},", `app: d, sidecar.istio.io/inject: "false"},`) +
			"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {pod-security.kubernetes.io/enforce: baseline}}\n", []string{"pod: violates"}},
		{"without a sidecar, as it says", change("runAsNonRoot: true, ", "", "app: d},", `app: d, sidecar.istio.io/inject: "false"},`), []string{"Deployment ns/d: pod: violates"}},
		{"with a sidecar, as it says", change("runAsNonRoot: true, ", "", "app: d},", `app: d, sidecar.istio.io/inject: "true"},`), []string{"Deployment ns/d: injected pod: violates"}},
		{"a gateway", change("annotations: {}", "annotations: {inject.istio.io/templates: gateway}", "name: c, image: i", "name: istio-proxy, image: auto"), nil},
		{"a gateway under another name", change("annotations: {}", "annotations: {inject.istio.io/templates: gateway}", "image: i", "image: auto"), []string{"violates PodSecurity", `keeps the image "auto"`}},
		{"a template that is none", change("annotations: {}", "annotations: {inject.istio.io/templates: door}"), []string{"injected pod: "}},
		{"the network of the node", change("securityContext: {runAsNonRoot", "hostNetwork: true\n      securityContext: {runAsNonRoot"), []string{"Deployment ns/d: pod: violates"}},
		{"what kubectl cannot read", workload + "---\nclass: AS3\n", []string{"kubectl: unable to decode", "document 2"}},
	} {
		_, verdict := judge.Objects(row.text)
		if len(verdict.Errors) != len(row.problems) {
			t.Errorf("%s: want %q, got %q", row.name, row.problems, verdict.Errors)
			continue
		}
		for i, problem := range row.problems {
			if !strings.Contains(verdict.Errors[i], problem) {
				t.Errorf("%s: want %q, got %q", row.name, problem, verdict.Errors[i])
			}
		}
	}
}

func TestNotJudged(t *testing.T) {
	judge, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ text, notJudged string }{
		{"apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r, namespace: ns}\n", "Route ns/r: only its metadata"},
		{"apiVersion: v1\nkind: LimitRange\nmetadata: {name: r, namespace: ns}\nspec: {limits: []}\n", "LimitRange ns/r: only its fields"},
	} {
		_, verdict := judge.Objects(row.text)
		if !verdict.Accepted() || len(verdict.NotJudged) != 1 || !strings.Contains(verdict.NotJudged[0], row.notJudged) {
			t.Errorf("want %q, got %+v", row.notJudged, verdict)
		}
	}
	if _, verdict := judge.Objects("apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: R}\n"); verdict.Accepted() {
		t.Error("a name that no API server takes")
	}
}
