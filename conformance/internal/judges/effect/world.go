package effect

import (
	"fmt"
	"slices"
	"strings"

	networking "istio.io/api/networking/v1alpha3"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Effect judges manifests that come without a world: a caller in each namespace
// that sees a ServiceEntry, and a gateway for each selector that no Deployment answers.
func Effect(set *manifests.Set) ([]string, error) {
	var namespaces []string
	for _, entry := range manifests.Specs[*networking.ServiceEntry](set) {
		for _, namespace := range visibleIn(entry) {
			if !slices.Contains(namespaces, namespace) {
				namespaces = append(namespaces, namespace)
			}
		}
	}
	stated := world.Stated{TrustDomain: "cluster.local", OutboundTrafficPolicy: "REGISTRY_ONLY", Gateways: impliedGateways(set)}
	plane, err := controlplane.StartWithSidecars(set, stated, namespaces)
	if err != nil {
		return nil, err
	}
	defer plane.Stop()
	return Dropped(plane), nil
}

// impliedGateways are those that the manifests' Gateway objects select. Their
// Services carry the names that the client legs' endpoints use.
func impliedGateways(set *manifests.Set) []world.Gateway {
	var out []world.Gateway
	index := map[string]int{}
	own, _ := world.Derive(set, &world.Scenario{})
	for _, gateway := range manifests.Specs[*networking.Gateway](set) {
		if answered(own, gateway.Spec.Selector) {
			continue
		}
		key := fmt.Sprint(gateway.Namespace, gateway.Spec.Selector)
		at, known := index[key]
		if !known {
			at = len(out)
			index[key] = at
			out = append(out, world.Gateway{
				Namespace: gateway.Namespace, Service: serviceName(set, gateway.Namespace, at), Labels: gateway.Spec.Selector, ServiceAccount: "gateway",
			})
		}
		for _, server := range gateway.Spec.Servers {
			addPort(&out[at], int(server.GetPort().GetNumber()))
		}
	}
	return out
}

func answered(lab *world.World, selector map[string]string) bool {
	if lab == nil {
		return false
	}
	for _, pod := range lab.Pods {
		if pod.Role == world.InGateway && selects(selector, pod.Labels) {
			return true
		}
	}
	return false
}

func addPort(gateway *world.Gateway, port int) {
	for _, candidate := range gateway.Ports {
		if candidate.Port == port {
			return
		}
	}
	gateway.Ports = append(gateway.Ports, world.GatewayPort{Port: port, TargetPort: port})
}

func serviceName(set *manifests.Set, namespace string, index int) string {
	for _, entry := range manifests.Specs[*networking.ServiceEntry](set) {
		for _, endpoint := range entry.Spec.Endpoints {
			if name, found := strings.CutSuffix(endpoint.Address, "."+namespace+".svc."+manifests.Domain); found && index == 0 {
				return name
			}
		}
	}
	return fmt.Sprintf("implied-gateway-%d", index)
}
