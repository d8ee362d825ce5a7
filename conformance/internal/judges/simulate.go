package judges

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"istio.io/istio/pilot/pkg/simulation"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Simulate is tier 1: Istio's own matching of listeners, filter chains and
// routes, hop after hop. It knows neither policies nor certificates nor DNS.
type Simulate struct {
	plane       *controlplane.ControlPlane
	simulations map[*world.Pod]*simulation.Simulation
}

// NewSimulate judges by one control plane.
func NewSimulate(plane *controlplane.ControlPlane) *Simulate {
	return &Simulate{plane: plane, simulations: map[*world.Pod]*simulation.Simulation{}}
}

// Call follows one call as far as the simulation reaches.
func (s *Simulate) Call(call world.Call) (Seen, error) {
	seen, err := s.follow(call)
	if refused := call.Expect.Refused; refused != "" && !simulates(call.Expect) && seen.Refused == "" && seen.Unmodelled == "" {
		seen = Seen{Partial: true, Unmodelled: refused + " is not simulated"}
	}
	return seen, err
}

func (s *Simulate) follow(call world.Call) (Seen, error) {
	caller := s.plane.World.Callers[call.Name]
	walk := &walk{simulate: s, call: call, seen: Seen{Partial: true}}
	if through := call.How.Through; through != nil && through.Proxy != "" {
		return Seen{Unmodelled: "a proxy outside is not simulated"}, nil
	} else if through != nil {
		err := walk.through(through)
		return walk.seen, err
	}
	addresses := []string{call.To.Address}
	if call.To.Address == "" {
		addresses = s.plane.World.Resolve(call.To.Host)
	}
	if len(addresses) == 0 {
		return Seen{Unmodelled: "DNS: nobody in this world is called " + call.To.Host}, nil
	}
	if call.GoesAround() {
		return Seen{Unmodelled: "a call without a sidecar is not simulated"}, nil
	}
	walk.seen.Way = append(walk.seen.Way, SeenHop{Sidecar: caller.Namespace})
	err := walk.proxy(caller, innerCall(call, addresses[0]), "sidecar", addresses[0])
	return walk.seen, err
}

// simulates says whether a refusal is within reach of the simulation.
func simulates(expect world.Expect) bool {
	switch expect.Refused {
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
	simulate *Simulate
	call     world.Call
	seen     Seen
	depth    int
}

func (w *walk) through(through *world.Through) error {
	service := w.simulate.plane.World.Service(through.Gateway)
	if service == nil || len(service.Pods) == 0 {
		return fmt.Errorf("%s: no gateway %s", w.call.Name, through.Gateway)
	}
	target, ok := service.TargetPort(through.Port)
	if !ok {
		w.seen = Seen{Refused: "no-listener", At: "gateway", Partial: true}
		return nil
	}
	call := innerCall(w.call, service.Pods[0].IP.String())
	if through.Security == "mutual-tls" {
		if call.TLS != "" {
			call.Protocol, call.HostHeader = simulation.TCP, "" // TLS inside is mere bytes to the gateway
		}
		call.TLS, call.Sni = simulation.MTLS, readName(through.SNI)
	}
	call.Port, call.Address = target, service.Pods[0].IP.String()
	return w.gateway(service.Pods[0], call)
}

func (w *walk) refuse(refused, at, detail string) error {
	w.seen = Seen{Refused: refused, At: at, Detail: detail, Partial: true}
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
	if result.Error != nil {
		return w.named(result, call, at)
	}
	if result.ClusterMatched == "" {
		result.ClusterMatched = onlyCluster(sim, result)
	}
	if result.ClusterMatched == "" {
		if result.VirtualHostMatched == "block_all" {
			return w.refuse("blackhole", at, "virtual host block_all")
		}
		if status := directStatus(sim, result); status != 0 {
			return w.refuse("http-status", at, fmt.Sprintf("direct response %d", status))
		}
		return w.leave("filter chain %s leads to no single cluster (weights are not simulated)", result.FilterChainMatched)
	}
	switch result.ClusterMatched {
	case "BlackHoleCluster":
		return w.refuse("blackhole", at, "BlackHoleCluster")
	case "PassthroughCluster":
		return w.arrive(pod, dialled, call.Port)
	}
	if rewritten := rewrittenHost(sim, result); rewritten != "" {
		call.HostHeader = rewritten
	}
	return w.cluster(sim, pod, result.ClusterMatched, call, dialled)
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
		return w.refuse("no-upstream", roleName(from), "nobody has the address "+net.JoinHostPort(address, strconv.Itoa(port)))
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
	w.seen.Way = append(w.seen.Way, SeenHop{Server: server.Name, Port: port, Source: source})
	return nil
}

func roleName(pod *world.Pod) string {
	if pod.Role == world.InGateway {
		return "gateway"
	}
	return "sidecar"
}

func (s *Simulate) simulation(pod *world.Pod) (*simulation.Simulation, error) {
	if s.simulations[pod] == nil {
		sim, err := s.plane.Simulation(pod)
		if err != nil {
			return nil, err
		}
		s.simulations[pod] = sim
	}
	return s.simulations[pod], nil
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
