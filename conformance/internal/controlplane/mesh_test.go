package controlplane_test

import (
	"slices"
	"strings"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"

	"istio.io/istio/pilot/pkg/features"

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
		{"both", world.Stated{Istiod: map[string]bool{"PILOT_SCOPE_GATEWAY_TO_NAMESPACE": true}, MeshYAML: visibility}, true, []string{"ours"}},
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
