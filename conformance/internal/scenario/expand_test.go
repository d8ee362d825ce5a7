package scenario

import (
	"slices"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

func TestExpand(t *testing.T) {
	set, err := manifests.Parse(`
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g, namespace: ns}
spec:
  selector: {a: b}
  servers:
    - {port: {number: 443, name: a, protocol: TLS}, hosts: ["ns/b.internal", "*.a.internal"], tls: {mode: ISTIO_MUTUAL}}
    - {port: {number: 443, name: b, protocol: TLS}, hosts: [passed.example.com], tls: {mode: PASSTHROUGH}}
    - {port: {number: 7777, name: c, protocol: TCP}, hosts: [plain.internal]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: k, namespace: ns}
spec: {gatewayClassName: istio, listeners: [{name: l, port: 443, protocol: TLS, hostname: k.internal, tls: {mode: Terminate}}]}
`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := outerNames(set), []string{"any.a.internal", "b.internal", "k.internal"}; !slices.Equal(got, want) {
		t.Errorf("want %q, got %q", want, got)
	}
	pod := &world.Pod{}
	lab := &world.World{Manifests: set, Callers: map[string]*world.Pod{"one": pod, "all": pod}}
	calls := expand([]world.Call{
		{Name: "one", How: world.How{Through: &world.Through{SNI: "x"}}},
		{Name: "all", How: world.How{Through: &world.Through{SNI: "*"}}},
	}, lab)
	if len(calls) != 4 || calls[0].Expanded || !calls[3].Expanded || calls[3].How.Through.SNI != "k.internal" || lab.Callers[calls[3].Name] != pod {
		t.Errorf("calls %+v", calls)
	}
}
