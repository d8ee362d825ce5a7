package simulate

import (
	"strings"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"

	"istio.io/istio/pilot/pkg/simulation"
	"istio.io/istio/pilot/test/xdstest"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// cluster goes to the first endpoint of a cluster, with its transport socket.
func (w *walk) cluster(sim *simulation.Simulation, pod *world.Pod, name string, call simulation.Call, dialled string) error {
	found := xdstest.ExtractCluster(name, sim.Clusters)
	if found == nil {
		return w.refuse("no-upstream", pod.Place(), "the route leads to "+name+", which the proxy does not have")
	}
	if found.GetType() == cluster.Cluster_ORIGINAL_DST {
		return w.arrive(pod, dialled, call.Port)
	}
	if found.GetClusterType() != nil {
		return w.leave("cluster %s finds its endpoints by itself (%s)", name, found.GetClusterType().GetName())
	}
	address := w.simulate.firstEndpoint(pod, found)
	if pipe := address.GetPipe(); pipe != nil {
		return w.leave("an SNI proxy behind %s is not simulated", pipe.Path)
	}
	if address.GetEnvoyInternalAddress() != nil {
		return w.leave("an internal listener is not simulated")
	}
	socket := address.GetSocketAddress()
	if socket == nil {
		return w.refuse("no-upstream", pod.Place(), "cluster "+name+" has no endpoint")
	}
	return w.endpoint(pod, found, call, socket.GetAddress(), int(socket.GetPortValue()))
}

func (s *Judge) firstEndpoint(pod *world.Pod, found *cluster.Cluster) *core.Address {
	assignments := []*endpoint.ClusterLoadAssignment{found.GetLoadAssignment()}
	if found.GetType() == cluster.Cluster_EDS {
		assignments = nil
		for _, assignment := range s.plane.Server.Endpoints(s.plane.Proxy(pod)) {
			if assignment.ClusterName == found.Name {
				assignments = append(assignments, assignment)
			}
		}
	}
	for _, assignment := range assignments {
		for _, locality := range assignment.GetEndpoints() {
			for _, candidate := range locality.GetLbEndpoints() {
				return candidate.GetEndpoint().GetAddress()
			}
		}
	}
	return nil
}

// endpoint tells a gateway from a server.
func (w *walk) endpoint(pod *world.Pod, found *cluster.Cluster, call simulation.Call, address string, port int) error {
	lab := w.simulate.plane.World
	next, isGateway := w.gatewayPod(address, port)
	if !isGateway {
		target := address
		resolved := lab.Resolve(address)
		if len(resolved) > 0 {
			target = resolved[0]
		}
		for _, other := range resolved {
			if lab.ServerAt(other) != lab.ServerAt(target) {
				return w.leave("which of the servers behind %s is taken is not simulated", address)
			}
		}
		return w.arrive(pod, target, port)
	}
	outer, mutual := outerTLS(found)
	w.peer = nil
	if outer == nil {
		call.Port, call.Address, call.CallMode = next.port, next.pod.IP.String(), simulation.CallModeGateway
		return w.gateway(next.pod, call)
	}
	if call.TLS == "" && outer.Sni == "" {
		return w.leave("TLS without SNI to a gateway")
	}
	mode := simulation.TLS
	if mutual {
		mode = simulation.MTLS
		w.peer = &client{identity: pod.Identity(lab.Stated.TrustDomain)}
	}
	forwarded := simulation.Call{
		Address: next.pod.IP.String(), Port: next.port, CallMode: simulation.CallModeGateway,
		TLS: mode, Sni: outer.Sni, Protocol: simulation.TCP,
	}
	if call.IsHTTP() {
		forwarded.Protocol, forwarded.HostHeader = call.Protocol, call.HostHeader
	}
	if alpn := outer.GetCommonTlsContext().GetAlpnProtocols(); len(alpn) > 0 {
		forwarded.Alpn = alpn[0]
	}
	return w.gateway(next.pod, forwarded)
}

type podPort struct {
	pod  *world.Pod
	port int
}

func (w *walk) gatewayPod(address string, port int) (podPort, bool) {
	lab := w.simulate.plane.World
	for _, service := range lab.Services {
		if service.Host() != address && service.Object.Spec.ClusterIP != address || len(service.Pods) == 0 {
			continue
		}
		if target, ok := service.TargetPort(port); ok {
			return podPort{service.Pods[0], target}, true
		}
	}
	if pod := lab.PodAt(address); pod != nil {
		return podPort{pod, port}, true
	}
	return podPort{}, false
}

// gateway is a hop at a gateway's pod.
func (w *walk) gateway(pod *world.Pod, call simulation.Call) error {
	service := w.simulate.plane.World.ServiceOf(pod)
	if pod.Role != world.InGateway || service == nil {
		return w.leave("pod %s is no gateway", pod.ID())
	}
	hop := judges.SeenHop{Gateway: service.ID(), Hop: "plaintext"}
	hop.Port, _ = service.ServicePort(call.Port)
	switch call.TLS {
	case simulation.MTLS:
		hop.Hop = "mutual-tls"
	case simulation.TLS:
		if w.simulate.readsSNI(pod, call.Port) {
			hop.Hop = "passthrough"
		} else {
			call.Sni = ""
		}
	}
	sni := call.Sni
	hop.SNI = &sni
	w.seen.Way = append(w.seen.Way, hop)
	call.CallMode = simulation.CallModeGateway
	return w.proxy(pod, call, "gateway", "")
}

// readsSNI is false for a plaintext door: it takes a TLS handshake for mere bytes.
func (s *Judge) readsSNI(pod *world.Pod, port int) bool {
	sim, err := s.simulation(pod)
	if err != nil {
		return false
	}
	for _, listener := range sim.Listeners {
		if int(listener.GetAddress().GetSocketAddress().GetPortValue()) != port {
			continue
		}
		for _, chain := range listener.GetFilterChains() {
			if len(chain.GetFilterChainMatch().GetServerNames()) > 0 {
				return true
			}
		}
	}
	return false
}

// outerTLS is the TLS that a cluster puts around the bytes; mutual is true for the mesh's own.
func outerTLS(found *cluster.Cluster) (settings *tls.UpstreamTlsContext, mutual bool) {
	config := found.GetTransportSocket().GetTypedConfig()
	if config == nil {
		for _, match := range found.GetTransportSocketMatches() {
			if len(match.GetMatch().GetFields()) == 0 && strings.Contains(match.GetTransportSocket().GetTypedConfig().GetTypeUrl(), "UpstreamTlsContext") {
				config = match.GetTransportSocket().GetTypedConfig()
			}
		}
	}
	settings = &tls.UpstreamTlsContext{}
	if config == nil || config.UnmarshalTo(settings) != nil {
		return nil, false
	}
	for _, secret := range settings.GetCommonTlsContext().GetTlsCertificateSdsSecretConfigs() {
		if secret.Name == "default" {
			mutual = true
		}
	}
	return settings, mutual
}
