package effect_test

import (
	"os"
	"strings"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/effect"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

func TestEffect(t *testing.T) {
	read := func(name string) string {
		raw, err := os.ReadFile("../../../testdata/recipes/" + name + ".k8s.yaml")
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	const listener = `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: thief, namespace: bookinfo}
spec: {hosts: [thief.example.com], addresses: [203.0.113.20], exportTo: ["."], ports: [{number: 5432, name: tcp, protocol: TCP}], resolution: STATIC, location: MESH_EXTERNAL, endpoints: [{address: 203.0.113.99}]}
`
	for _, row := range []struct{ name, text, dropped string }{
		{"TLS", read("tls-mtls"), ""},
		{"TCP", read("tcp-hops"), ""},
		{"passthrough", read("tls-passthrough"), ""},
		{"HTTP", read("http-l7"), ""},
		{"a gateway of our own", read("sni-envoy-mtls"), ""},
		{"two tenants", read("two-tenants"), ""},
		{"the wrong half", strings.Replace(read("tls-mtls"), "tcp: [{match: [{port: 443}]", "tls: [{match: [{port: 443, sniHosts: [mongo.bookinfo.egress.internal]}]", 1), "VirtualService istio-system/bookinfo-mongo"},
		{"two entries on one address and port", read("tcp-hops") + listener, "nothing leads a sidecar of namespace bookinfo to"},
	} {
		set, err := manifests.Parse(row.text)
		if err != nil {
			t.Fatal(err)
		}
		dropped, err := effect.Effect(set)
		if err != nil {
			t.Fatal(err)
		}
		if row.dropped == "" && len(dropped) > 0 {
			t.Errorf("%s: %q", row.name, dropped)
		}
		if row.dropped != "" && (len(dropped) != 1 || !strings.Contains(dropped[0], row.dropped)) {
			t.Errorf("%s: want %q, got %q", row.name, row.dropped, dropped)
		}
	}
}
