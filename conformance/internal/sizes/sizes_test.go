package sizes_test

import (
	"fmt"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/sizes"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Every host of the documents' recipe costs each sidecar of the mesh three
// clusters: its own, and one for each port of the gateway's Service.
func TestClassicRecipe(t *testing.T) {
	clusters := func(hosts int) map[string]int {
		var names []string
		for i := range hosts {
			names = append(names, fmt.Sprintf("h%d.example.com", i))
		}
		set, err := manifests.Parse(sizes.Classic("bookinfo", names))
		if err != nil {
			t.Fatal(err)
		}
		measured, err := sizes.Measure(set, world.Stated{TrustDomain: "cluster.local", OutboundTrafficPolicy: "ALLOW_ANY", Gateways: []world.Gateway{sizes.StatedGateway}}, []string{"bookinfo", sizes.Elsewhere})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for _, size := range measured {
			out[size.Proxy] = size.Clusters.Count
			if size.Bytes() == 0 {
				t.Errorf("%s gets nothing", size.Proxy)
			}
		}
		return out
	}
	one, ten := clusters(1), clusters(10)
	for proxy, count := range ten {
		if count-one[proxy] != 27 {
			t.Errorf("%s: nine more hosts are %d more clusters", proxy, count-one[proxy])
		}
	}
}
