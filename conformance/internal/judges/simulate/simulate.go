// Package simulate is tier 1: which listener, filter chain, route and cluster does each proxy choose?
package simulate

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"

	"istio.io/istio/pilot/pkg/simulation"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Judge follows a call by Istio's own matching of listeners and filter chains, and by the routes, hop after
// hop. It knows neither policies nor DNS, and of certificates the identity alone.
type Judge struct {
	plane       *controlplane.ControlPlane
	simulations map[*world.Pod]*simulation.Simulation
}

// New judges by one control plane.
func New(plane *controlplane.ControlPlane) *Judge {
	return &Judge{plane: plane, simulations: map[*world.Pod]*simulation.Simulation{}}
}

// Call follows one call as far as the simulation reaches.
func (s *Judge) Call(call world.Call) (judges.Seen, error) {
	seen, policed, err := s.follow(call)
	if refused := call.Expect.Refused; refused != "" && !simulates(call.Expect, policed) && seen.Refused == "" && seen.Unmodelled == "" {
		seen = judges.Seen{Partial: true, Unmodelled: refused + " is not simulated"}
	}
	return seen, err
}

// follow also says whether an AuthorizationPolicy stood on the way.
func (s *Judge) follow(call world.Call) (seen judges.Seen, policed bool, err error) {
	caller := s.plane.World.Callers[call.Name]
	walk := &walk{simulate: s, call: call, seen: judges.Seen{Partial: true}, request: firstRequest(call)}
	if through := call.How.Through; through != nil && through.Proxy != "" {
		return judges.Seen{Unmodelled: "a proxy outside is not simulated"}, false, nil
	} else if through != nil {
		err := walk.through(through)
		return walk.seen, walk.policed, err
	}
	addresses := []string{call.To.Address}
	if call.To.Address == "" {
		addresses = s.plane.World.Resolve(call.To.Host)
	}
	if len(addresses) == 0 {
		return judges.Seen{Unmodelled: "DNS: nobody in this world is called " + call.To.Host}, false, nil
	}
	if call.GoesAround() {
		return judges.Seen{Unmodelled: "a call without a sidecar is not simulated"}, false, nil
	}
	walk.seen.Way = append(walk.seen.Way, judges.SeenHop{Sidecar: caller.Namespace})
	err = walk.proxy(caller, innerCall(call, addresses[0]), "sidecar", addresses[0])
	return walk.seen, walk.policed, err
}

// simulates says whether a refusal is within reach of the simulation. Of denials those are that routes
// make; where an AuthorizationPolicy stands on the way, it may be the one that denies.
func simulates(expect world.Expect, policed bool) bool {
	switch expect.Refused {
	case "denied":
		return !policed
	case "blackhole", "no-filter-chain", "not-tls":
		return true
	case "http-status":
		return expect.At != "server"
	}
	return false
}

func innerCall(call world.Call, address string) simulation.Call {
	out := simulation.Call{Address: address, Port: call.To.Port, CallMode: simulation.CallModeOutbound, Protocol: simulation.TCP}
	if call.How.Protocol == "h2c" {
		out.Protocol, out.HostHeader = simulation.HTTP2, call.SentHost()
	}
	if call.How.Protocol == "http" || call.How.Protocol == "https" {
		out.Protocol, out.HostHeader = simulation.HTTP, call.SentHost()
	}
	if call.How.Protocol == "tls" || call.How.Protocol == "https" {
		out.TLS, out.Sni = simulation.TLS, readName(call.SentSNI())
		if out.Sni == "" {
			out.HostHeader = "" // else the simulation would send it as the SNI
		}
	}
	return out
}

// readName is an SNI as it arrives: TLS clients drop a last dot, and Envoy's TLS
// inspector capitals.
func readName(sni string) string { return strings.ToLower(strings.TrimSuffix(sni, ".")) }

type walk struct {
	simulate *Judge
	call     world.Call
	seen     judges.Seen
	depth    int
	policed  bool
	// request is what the next proxy gets of HTTP; peer is who opens mutual TLS to it, if anybody does.
	request request
	peer    *client
}

func (w *walk) through(through *world.Through) error {
	service := w.simulate.plane.World.Service(through.Gateway)
	if service == nil || len(service.Pods) == 0 {
		return fmt.Errorf("%s: no gateway %s", w.call.Name, through.Gateway)
	}
	target, ok := service.TargetPort(through.Port)
	if !ok {
		w.seen = judges.Seen{Refused: "no-listener", At: "gateway", Partial: true}
		return nil
	}
	call := innerCall(w.call, service.Pods[0].IP.String())
	if through.Security == "mutual-tls" {
		if call.TLS != "" {
			call.Protocol, call.HostHeader = simulation.TCP, "" // TLS inside is mere bytes to the gateway
		}
		call.TLS, call.Sni = simulation.MTLS, readName(through.SNI)
		w.peer = &client{identity: w.simulate.plane.World.Callers[w.call.Name].Identity(w.simulate.plane.World.Stated.TrustDomain)}
		if through.Identity != "" {
			w.peer = &client{identity: through.Identity}
		}
		if through.Forges != "" {
			w.peer = &client{identity: through.Forges, forged: true}
		}
	}
	call.Port, call.Address = target, service.Pods[0].IP.String()
	return w.gateway(service.Pods[0], call)
}

func (w *walk) refuse(refused, at, detail string) error {
	w.seen = judges.Seen{Refused: refused, At: at, Detail: detail, Partial: true}
	return nil
}

func (w *walk) leave(format string, args ...any) error {
	w.seen.Unmodelled = fmt.Sprintf(format, args...)
	return nil
}

// proxy lets one proxy match the call and goes where its cluster leads.
func (w *walk) proxy(pod *world.Pod, call simulation.Call, at, dialled string) error {
	if w.depth++; w.depth > 4 {
		return w.leave("the way is a loop")
	}
	sim, err := w.simulate.simulation(pod)
	if err != nil {
		return err
	}
	result, err := runSimulation(sim, call)
	if err != nil {
		return err
	}
	chain := chainOf(sim, result)
	w.policed = w.policed || chain.polices
	if trusted, err := chain.trusts(w.peer); err != nil {
		return w.leave("%v", err)
	} else if !trusted {
		return w.refuse("untrusted-client", at, "the certificate of "+w.peer.identity)
	}
	if chain.http != nil && result.VirtualHostMatched != "" && (result.Error == nil || errors.Is(result.Error, simulation.ErrNoRoute)) {
		return w.routed(sim, pod, chain.http, result, call, at, dialled)
	}
	if result.Error != nil {
		return w.named(result, call, at)
	}
	return w.onTo(sim, pod, anyOf(chain.clusters, result.ClusterMatched), result, call, dialled, at)
}

// routed reads a request, and goes where the first route leads that takes it.
func (w *walk) routed(sim *simulation.Simulation, pod *world.Pod, http *hcm.HttpConnectionManager, result simulation.Result, call simulation.Call, at, dialled string) error {
	host := virtualHost(sim, http, result)
	request, err := w.received(pod, http, w.request)
	if err != nil {
		return w.leave("%v", err)
	}
	request.authority = call.HostHeader
	found, err := firstRoute(host, request)
	switch {
	case err != nil:
		return w.leave("%v", err)
	case found == nil:
		return w.refuse("http-status", at, "no route takes the request")
	case host.GetName() == "block_all":
		return w.refuse("blackhole", at, "virtual host block_all")
	case found.GetDirectResponse().GetStatus() == judges.Forbidden:
		return w.refuse("denied", at, fmt.Sprintf("route %q answers %d", found.GetName(), judges.Forbidden))
	case found.GetRedirect() != nil:
		return w.refuse("http-status", at, fmt.Sprintf("route %q redirects", found.GetName()))
	case found.GetDirectResponse() != nil:
		return w.refuse("http-status", at, fmt.Sprintf("route %q answers %d", found.GetName(), found.GetDirectResponse().GetStatus()))
	}
	if w.request, err = request.sentOn(host, found); err != nil {
		return w.leave("%v", err)
	}
	if rewritten := rewrittenHost(found); rewritten != "" {
		call.HostHeader = rewritten
	}
	return w.onTo(sim, pod, clusterOf(found), result, call, dialled, at)
}

// onTo goes where a proxy's cluster leads.
func (w *walk) onTo(sim *simulation.Simulation, pod *world.Pod, cluster string, result simulation.Result, call simulation.Call, dialled, at string) error {
	switch cluster {
	case "":
		return w.leave("filter chain %s leads to no cluster", result.FilterChainMatched)
	case "BlackHoleCluster":
		return w.refuse("blackhole", at, "BlackHoleCluster")
	case "PassthroughCluster":
		return w.arrive(pod, dialled, call.Port)
	}
	return w.cluster(sim, pod, cluster, call, dialled)
}

func (w *walk) named(result simulation.Result, call simulation.Call, at string) error {
	switch {
	case errors.Is(result.Error, simulation.ErrNoFilterChain) && at == "gateway" && call.TLS == "":
		return w.refuse("not-tls", at, "every filter chain of the port wants TLS")
	case errors.Is(result.Error, simulation.ErrNoListener):
		return w.refuse("no-listener", at, result.Error.Error())
	case errors.Is(result.Error, simulation.ErrNoFilterChain):
		return w.refuse("no-filter-chain", at, result.Error.Error())
	case errors.Is(result.Error, simulation.ErrTLSError):
		return w.refuse("not-tls", at, result.Error.Error())
	case errors.Is(result.Error, simulation.ErrNoVirtualHost), errors.Is(result.Error, simulation.ErrNoRoute), errors.Is(result.Error, simulation.ErrTLSRedirect):
		return w.refuse("http-status", at, result.Error.Error())
	}
	return w.leave("%v on listener %s", result.Error, result.ListenerMatched)
}

// arrive ends the way at whatever has the address.
func (w *walk) arrive(from *world.Pod, address string, port int) error {
	lab := w.simulate.plane.World
	server := lab.ServerAt(address)
	for _, service := range lab.Services {
		if service.Object.Spec.ClusterIP == address && server == nil {
			return w.leave("cluster IP %s without a listener of its own", address)
		}
	}
	if server == nil {
		return w.refuse("no-upstream", from.Place(), "nobody has the address "+net.JoinHostPort(address, strconv.Itoa(port)))
	}
	if server.Runs != nil {
		return w.leave("a proxy outside is not simulated")
	}
	for _, candidate := range server.Ports {
		if candidate.Port == port && strings.HasPrefix(candidate.Protocol, "connect") {
			return w.leave("a forward proxy is not simulated")
		}
	}
	source := "pod"
	if from.Role == world.InGateway {
		source = "gateway"
	}
	w.seen.Way = append(w.seen.Way, judges.SeenHop{Server: server.Name, Port: port, Source: source})
	return nil
}

func (s *Judge) simulation(pod *world.Pod) (*simulation.Simulation, error) {
	if s.simulations[pod] == nil {
		sim, err := s.plane.Simulation(pod)
		if err != nil {
			return nil, err
		}
		nameChains(sim)
		s.simulations[pod] = sim
	}
	return s.simulations[pod], nil
}

// nameChains gives every filter chain a name of its own, for Istio gives none to those of a gateway, and a
// result holds only names.
func nameChains(sim *simulation.Simulation) {
	for _, one := range sim.Listeners {
		for i, chain := range one.GetFilterChains() {
			chain.Name = fmt.Sprintf("%d %s", i, chain.Name)
		}
		if chain := one.GetDefaultFilterChain(); chain != nil {
			chain.Name = "default " + chain.Name
		}
	}
}

// runSimulation keeps a failed assertion inside the simulation from ending the lab.
func runSimulation(sim *simulation.Simulation, call simulation.Call) (result simulation.Result, err error) {
	err = errors.New("istio's simulation gave up on the call")
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if problem := recover(); problem != nil {
				err = fmt.Errorf("istio's simulation: %v", problem)
			}
		}()
		result = sim.Run(call)
		err = nil
	}()
	<-done
	return result, err
}
