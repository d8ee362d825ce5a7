package controlplane_test

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"

	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/gvk"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const shared = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: platform }
spec: { hosts: [ours.example.com], exportTo: [orders], resolution: DNS, ports: [{ number: 443, name: tls, protocol: TLS }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: mallory }
spec: { hosts: [theirs.example.com], exportTo: [orders], resolution: DNS, ports: [{ number: 443, name: tls, protocol: TLS }] }
`

// One control plane after another has the switches and the visibility of its own mesh.
func TestTheMeshThatIsStated(t *testing.T) {
	set, err := manifests.Parse(shared)
	if err != nil {
		t.Fatal(err)
	}
	visibility := `{serviceEntryVisibility: {applyToSidecars: true, defaultVisibility: NAMESPACE, policies: [{visibility: PUBLIC, matchingRules: [
  {namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [platform]}]}}]}]}}`
	for _, row := range []struct {
		name   string
		stated world.Stated
		scoped bool
		known  []string
	}{
		{"nothing", world.Stated{}, false, []string{"ours", "theirs"}},
		{"both", world.Stated{IstiodEnvironment: map[string]bool{"PILOT_SCOPE_GATEWAY_TO_NAMESPACE": true}, MeshYAML: visibility}, true, []string{"ours"}},
		{"nothing again", world.Stated{}, false, []string{"ours", "theirs"}},
	} {
		row.stated.OutboundTrafficPolicy, row.stated.TrustDomain = "REGISTRY_ONLY", "cluster.local"
		plane, err := controlplane.StartWithSidecars(set, row.stated, []string{"orders"})
		if err != nil {
			t.Fatal(err)
		}
		if err := plane.Change(nil, nil); err != nil { // all that was read so far is pushed
			t.Fatal(err)
		}
		if features.ScopeGatewayToNamespace != row.scoped {
			t.Errorf("%s: the switch is %v", row.name, features.ScopeGatewayToNamespace)
		}
		var known []string
		for _, cluster := range plane.Server.Clusters(plane.Proxy(plane.World.Pods[0])) {
			if host, is := strings.CutPrefix(cluster.Name, "outbound|443||"); is {
				known = append(known, strings.TrimSuffix(host, ".example.com"))
			}
		}
		slices.Sort(known)
		if !slices.Equal(known, row.known) {
			t.Errorf("%s: %q", row.name, known)
		}
		plane.Stop()
	}
}

// What is changed of Kubernetes' own kinds and of the Gateway API is read before the proxies get it.
func TestChangeKubernetes(t *testing.T) {
	set, err := manifests.Parse(`
apiVersion: v1
kind: Service
metadata: { name: out, namespace: mallory }
spec: { clusterIP: 10.96.200.1, clusterIPs: [10.96.200.1], ports: [{ name: tls, port: 443, protocol: TCP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: door, namespace: mallory }
spec:
  gatewayClassName: istio
  addresses: [{ type: Hostname, value: out.mallory.svc.cluster.local }]
  listeners: [{ name: door, port: 443, protocol: TLS, hostname: a.example.com, tls: { mode: Passthrough } }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: { name: door, namespace: mallory }
spec: { parentRefs: [{ name: door }], hostnames: [a.example.com], rules: [{ backendRefs: [{ name: out, port: 443 }] }] }
`)
	if err != nil {
		t.Fatal(err)
	}
	idle, err := manifests.Parse("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: idle, namespace: mallory }\nspec: { parentRefs: [{ name: none }] }\n")
	if err != nil {
		t.Fatal(err)
	}
	plane, err := controlplane.StartWithSidecars(idle, world.Stated{OutboundTrafficPolicy: "REGISTRY_ONLY", TrustDomain: "cluster.local"}, []string{"orders"})
	if err != nil {
		t.Fatal(err)
	}
	defer plane.Stop()
	for _, there := range []bool{true, false} {
		put, removed := set.Kubernetes(), []runtime.Object(nil)
		if !there {
			put, removed = removed, put
		}
		if err := plane.ChangeKubernetes(put, removed); err != nil {
			t.Fatal(err)
		}
		if known := plane.Server.Env().GetService("out.mallory.svc.cluster.local") != nil; known != there {
			t.Errorf("the Service is known: %v, expected %v", known, there)
		}
		for _, kind := range []config.GroupVersionKind{gvk.Gateway, gvk.VirtualService} {
			if made := len(plane.Server.Env().List(kind, "mallory")) > 0; made != there {
				t.Errorf("Istio's %s of it is there: %v, expected %v", kind.Kind, made, there)
			}
		}
	}
}
