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
