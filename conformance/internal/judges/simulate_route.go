package judges

import (
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"istio.io/istio/pilot/pkg/simulation"
)

// matchedRoutes are the routes that a result can mean: it holds names alone.
func matchedRoutes(sim *simulation.Simulation, result simulation.Result) []*route.Route {
	var out []*route.Route
	for _, config := range sim.Routes {
		if config.Name != result.RouteConfigMatched {
			continue
		}
		for _, host := range config.VirtualHosts {
			if host.Name != result.VirtualHostMatched {
				continue
			}
			for _, candidate := range host.Routes {
				if candidate.Name == result.RouteMatched {
					out = append(out, candidate)
				}
			}
		}
	}
	return out
}

func directStatus(sim *simulation.Simulation, result simulation.Result) uint32 {
	for _, candidate := range matchedRoutes(sim, result) {
		if status := candidate.GetDirectResponse().GetStatus(); status != 0 {
			return status
		}
	}
	return 0
}

// onlyCluster is where a route of weights leads, if all of them have one cluster.
func onlyCluster(sim *simulation.Simulation, result simulation.Result) string {
	name := ""
	for _, candidate := range matchedRoutes(sim, result) {
		for _, weighted := range candidate.GetRoute().GetWeightedClusters().GetClusters() {
			if name != "" && name != weighted.GetName() {
				return ""
			}
			name = weighted.GetName()
		}
	}
	return name
}

// rewrittenHost is the Host header that a route sends on, if it changes it.
func rewrittenHost(sim *simulation.Simulation, result simulation.Result) string {
	for _, candidate := range matchedRoutes(sim, result) {
		if candidate.GetRoute().GetCluster() == result.ClusterMatched {
			return candidate.GetRoute().GetHostRewriteLiteral()
		}
		for _, weighted := range candidate.GetRoute().GetWeightedClusters().GetClusters() {
			if weighted.GetName() == result.ClusterMatched {
				return weighted.GetHostRewriteLiteral()
			}
		}
	}
	return ""
}
