// Package effect finds what Istio accepts and then leaves out.
package effect

import (
	"fmt"
	"slices"
	"strings"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcpproxy "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"

	networking "istio.io/api/networking/v1alpha3"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Dropped lists what Istio accepts and then leaves out without a word: hosts of
// ServiceEntries that no listener of a sidecar in their namespace leads to, and
// destinations of doors that no listener of their gateway leads to. Of a namespace
// without a sidecar in the world, nothing is said.
func Dropped(plane *controlplane.ControlPlane) []string {
	lab := plane.World
	led := map[*world.Pod]map[string]bool{}
	for _, pod := range lab.Pods {
		if pod.Role != world.Plain {
			led[pod] = leadsTo(plane, pod)
		}
	}
	var out []string
	for _, entry := range manifests.Specs[*networking.ServiceEntry](lab.Manifests) {
		for _, namespace := range visibleIn(entry) {
			if pod := sidecarIn(lab, namespace); pod != nil {
				out = append(out, droppedHosts(lab.Manifests, led[pod], entry, namespace)...)
			}
		}
	}
	for _, service := range manifests.Specs[*networking.VirtualService](lab.Manifests) {
		out = append(out, droppedRoutes(lab, led, service)...)
	}
	return out
}

func droppedHosts(set *manifests.Set, led map[string]bool, entry manifests.Spec[*networking.ServiceEntry], namespace string) []string {
	var out []string
	for _, host := range entry.Spec.Hosts {
		if isRoutedByMesh(set, host) {
			continue // a mesh VirtualService leads it elsewhere
		}
		for _, port := range entry.Spec.Ports {
			if cluster := fmt.Sprintf("outbound|%d||%s", port.Number, host); !led[cluster] {
				out = append(out, fmt.Sprintf("ServiceEntry %s/%s: nothing leads a sidecar of namespace %s to %s, port %d", entry.Namespace, entry.Name, namespace, host, port.Number))
			}
		}
	}
	return out
}

// visibleIn are namespaces that must see an entry; its own stands for all.
func visibleIn(entry manifests.Spec[*networking.ServiceEntry]) []string {
	var out []string
	for _, target := range entry.Spec.ExportTo {
		switch target {
		case "*", ".":
			out = append(out, entry.Namespace)
		case "~":
		default:
			out = append(out, target)
		}
	}
	if len(entry.Spec.ExportTo) == 0 {
		out = append(out, entry.Namespace)
	}
	return out
}

func isRoutedByMesh(set *manifests.Set, host string) bool {
	for _, service := range manifests.Specs[*networking.VirtualService](set) {
		inMesh := len(service.Spec.Gateways) == 0 || slices.Contains(service.Spec.Gateways, "mesh")
		if inMesh && slices.Contains(service.Spec.Hosts, host) {
			return true
		}
	}
	return false
}

func sidecarIn(lab *world.World, namespace string) *world.Pod {
	for _, pod := range lab.Pods {
		if pod.Role == world.Sidecar && pod.Namespace == namespace {
			return pod
		}
	}
	return nil
}

func droppedRoutes(lab *world.World, led map[*world.Pod]map[string]bool, service manifests.Spec[*networking.VirtualService]) []string {
	var out []string
	for _, name := range service.Spec.Gateways {
		gateway := gatewayOf(lab.Manifests, service.Namespace, name)
		if gateway == nil {
			continue // mesh, or not in the manifests
		}
		for _, pod := range lab.Pods {
			if pod.Role != world.InGateway || !selects(gateway.Selector, pod.Labels) {
				continue
			}
			for _, destination := range destinations(service.Spec) {
				cluster := fmt.Sprintf("outbound|%d||%s", destination.GetPort().GetNumber(), destination.GetHost())
				if destination.GetSubset() == "" && destination.GetPort() != nil && !led[pod][cluster] {
					out = append(out, fmt.Sprintf("VirtualService %s/%s: nothing at gateway %s leads to %s, port %d", service.Namespace, service.Name, name, destination.Host, destination.Port.Number))
				}
			}
		}
	}
	return out
}

func gatewayOf(set *manifests.Set, namespace, reference string) *networking.Gateway {
	if before, after, found := strings.Cut(reference, "/"); found {
		namespace, reference = before, after
	}
	for _, gateway := range manifests.Specs[*networking.Gateway](set) {
		if gateway.Namespace == namespace && gateway.Name == reference {
			return gateway.Spec
		}
	}
	return nil
}

func selects(selector, labels map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return true
}

func destinations(service *networking.VirtualService) []*networking.Destination {
	var out []*networking.Destination
	for _, one := range service.Http {
		for _, to := range one.Route {
			out = append(out, to.Destination)
		}
	}
	for _, one := range service.Tls {
		for _, to := range one.Route {
			out = append(out, to.Destination)
		}
	}
	for _, one := range service.Tcp {
		for _, to := range one.Route {
			out = append(out, to.Destination)
		}
	}
	return out
}

// leadsTo are the clusters that a proxy's listeners and routes name.
func leadsTo(plane *controlplane.ControlPlane, pod *world.Pod) map[string]bool {
	proxy := plane.Proxy(pod)
	listeners := plane.Server.Listeners(proxy)
	found := map[string]bool{}
	for _, one := range listeners {
		for _, chain := range append(one.FilterChains, one.DefaultFilterChain) {
			chainLeadsTo(chain, found)
		}
	}
	for _, config := range plane.Server.RoutesFromListeners(proxy, listeners) {
		routesLeadTo(config, found)
	}
	return found
}

func chainLeadsTo(chain *listener.FilterChain, found map[string]bool) {
	for _, filter := range chain.GetFilters() {
		tcp, http := &tcpproxy.TcpProxy{}, &hcm.HttpConnectionManager{}
		switch {
		case filter.GetTypedConfig().MessageIs(tcp) && filter.GetTypedConfig().UnmarshalTo(tcp) == nil:
			found[tcp.GetCluster()] = true
			for _, weighted := range tcp.GetWeightedClusters().GetClusters() {
				found[weighted.GetName()] = true
			}
		case filter.GetTypedConfig().MessageIs(http) && filter.GetTypedConfig().UnmarshalTo(http) == nil:
			routesLeadTo(http.GetRouteConfig(), found)
		}
	}
}

func routesLeadTo(config *route.RouteConfiguration, found map[string]bool) {
	for _, host := range config.GetVirtualHosts() {
		for _, one := range host.GetRoutes() {
			found[one.GetRoute().GetCluster()] = true
			for _, weighted := range one.GetRoute().GetWeightedClusters().GetClusters() {
				found[weighted.GetName()] = true
			}
		}
	}
}
