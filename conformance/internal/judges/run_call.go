package judges

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	// logWithin is how long a proxy may take to log a connection that has ended.
	logWithin = 3 * time.Second
	settle    = 60 * time.Millisecond
)

// evidence is everything that was seen around one call.
type evidence struct {
	call    world.Call
	caller  *world.Pod
	outcome outside.Outcome
	// chain are the proxies that handled the connection, in order, by their access logs.
	chain  []link
	sights []outside.Sight
	denied []string
	before map[*world.Pod]map[string]int
}

type link struct {
	pod   *world.Pod
	entry controlplane.Entry
}

// Call makes one call and tells what was seen.
func (r *Run) Call(call world.Call) (Seen, error) {
	e := &evidence{call: call, caller: r.world.Callers[call.Name]}
	attempt, refusal, err := r.attempt(call, e.caller)
	if err != nil || refusal != nil {
		return *refusal, err
	}
	mark := r.servers.Record.Mark()
	deniedBefore, err := r.network.Denied()
	if err != nil {
		return Seen{}, err
	}
	e.before = r.chainMisses()
	e.outcome = outside.Do(context.Background(), r.pods[e.caller], attempt)
	if err := r.collect(e); err != nil {
		return Seen{}, err
	}
	time.Sleep(settle) // a server that was reached late is still found
	e.sights = r.servers.Record.Since(mark)
	deniedAfter, err := r.network.Denied()
	if err != nil {
		return Seen{}, err
	}
	for pair, count := range deniedAfter {
		if count > deniedBefore[pair] {
			e.denied = append(e.denied, pair)
		}
	}
	return r.judge(e), nil
}

// attempt translates a call into what the pod's process does.
func (r *Run) attempt(call world.Call, caller *world.Pod) (outside.Attempt, *Seen, error) {
	r.calls++
	attempt := outside.Attempt{
		ID: strconv.Itoa(r.calls), Protocol: call.How.Protocol, SNI: call.SentSNI(), Host: call.SentHost(), AwaitGreeting: r.speaksFirst(call),
	}
	none := &Seen{}
	if through := call.How.Through; through != nil {
		service := r.world.Service(through.Gateway)
		if service == nil || len(service.Pods) == 0 {
			return attempt, none, fmt.Errorf("%s: no gateway %s", call.Name, through.Gateway)
		}
		target, ok := service.TargetPort(through.Port)
		if !ok {
			return attempt, &Seen{Refused: "no-listener", At: "gateway", Detail: "the gateway's Service has no such port"}, nil
		}
		attempt.Bypass = true
		attempt.Address = net.JoinHostPort(service.Pods[0].IP.String(), strconv.Itoa(target))
		if through.Security == "mutual-tls" {
			leaf, err := r.world.Authorities.Mesh.Issue(world.Name{URI: caller.Identity(r.world.Stated.TrustDomain)})
			if err != nil {
				return attempt, none, err
			}
			attempt.Outer = outside.MeshClient(leaf, through.SNI)
		}
		return attempt, nil, nil
	}
	address := call.To.Address
	if address == "" {
		resolved := r.world.Resolve(call.To.Host)
		if len(resolved) == 0 {
			return attempt, &Seen{Refused: "no-upstream", At: "network", Detail: "DNS: no such name as " + call.To.Host}, nil
		}
		address = resolved[0]
	}
	attempt.Address = net.JoinHostPort(address, strconv.Itoa(call.To.Port))
	return attempt, nil, nil
}

func (r *Run) speaksFirst(call world.Call) bool {
	addresses := []string{call.To.Address}
	if call.To.Address == "" {
		addresses = r.world.Resolve(call.To.Host)
	}
	for _, address := range addresses {
		if server := r.world.ServerAt(address); server != nil {
			for _, port := range server.Ports {
				if port.Port == call.To.Port && port.SpeaksFirst {
					return true
				}
			}
		}
	}
	return false
}

// chainMisses are the counters of connections that matched no filter chain, which
// listeners added by an EnvoyFilter do not log.
func (r *Run) chainMisses() map[*world.Pod]map[string]int {
	out := map[*world.Pod]map[string]int{}
	for _, envoy := range r.envoys {
		if envoy.Pod.Role == world.InGateway {
			out[envoy.Pod], _ = envoy.Stats(`no_filter_chain_match$`)
		}
	}
	return out
}

// collect follows the connection from log to log by its source address.
func (r *Run) collect(e *evidence) error {
	if !e.outcome.Dialled {
		return nil
	}
	source := e.outcome.Local
	next := e.caller
	if e.call.How.Through != nil || e.caller.Role != world.Sidecar {
		next = nil
	}
	deadline := time.Now().Add(logWithin)
	for source != "" {
		found, ok, err := r.find(source, next)
		if err != nil {
			return err
		}
		if ok {
			e.chain = append(e.chain, found)
			source, next = found.entry.UpstreamLocal, nil
			if net.ParseIP(hostOf(source)) == nil {
				return nil
			}
			if r.world.PodAt(hostOf(source)) == nil {
				return nil
			}
			continue
		}
		if !r.expectsLog(e, source) || time.Now().After(deadline) {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

// expectsLog says whether a connection from source leads into one more proxy.
func (r *Run) expectsLog(e *evidence, _ string) bool {
	if len(e.chain) == 0 {
		return e.call.How.Through != nil || e.caller.Role == world.Sidecar
	}
	upstream := e.chain[len(e.chain)-1].entry.UpstreamHost
	for _, service := range r.world.Services {
		if service.Object.Spec.ClusterIP == hostOf(upstream) {
			return true
		}
	}
	return r.world.PodAt(hostOf(upstream)) != nil
}

func (r *Run) find(source string, only *world.Pod) (link, bool, error) {
	for _, envoy := range r.envoys {
		if only != nil && envoy.Pod != only {
			continue
		}
		entries, err := envoy.Entries()
		if err != nil {
			return link{}, false, err
		}
		for i := len(entries) - 1; i >= 0; i-- {
			if entries[i].Remote == source {
				return link{envoy.Pod, entries[i]}, true, nil
			}
		}
	}
	return link{}, false, nil
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return host
}

func portOf(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(text)
	return port
}
