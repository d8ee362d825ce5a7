package live

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/proxies"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	// logWithin is how long a proxy may take to log a connection that has ended.
	logWithin = 10 * time.Second
	// logOfFailureWithin is shorter where the gateway's counters tell that it refused, and may log nothing at all.
	logOfFailureWithin = 300 * time.Millisecond
	settle             = 60 * time.Millisecond
	// besides is how long the calls beside one have to reach their server.
	besides = 150 * time.Millisecond
)

// evidence is everything that was seen around one call.
type evidence struct {
	call    world.Call
	caller  *world.Pod
	dialled string
	outcome outside.Outcome
	// chain are the proxies that handled the connection, in order, by their access logs.
	chain  []link
	sights []outside.Sight
	asked  map[string]int
	denied []string
	before map[*world.Pod]map[string]int
	// nginxLogs are the lengths of nginx' logs before the call.
	nginxLogs map[*proxies.Nginx]int
	// beyondLogs are what the proxies outside had said before the call; beyond is the one that it reached, and entry its log line.
	beyondLogs map[*proxies.Outside][]string
	beyond     *proxies.Outside
	entry      beyondEntry
	// logged counts the lines of every access log before the call.
	logged map[*world.Pod]int
	// auditedBefore counts the lines of every audit log before the call; audited are those since then. Only of a call that expects some, or none.
	auditedBefore []int
	audited       []map[string]any
}

type link struct {
	pod   *world.Pod
	entry controlplane.Entry
}

// Call makes one call and tells what was seen. A sidecar logs whatever its pod dials, and a gateway whatever
// reaches it; once in thousands of calls that line is missing, and the call is made again, because without it
// nothing can be told.
func (r *Run) Call(call world.Call) (judges.Seen, error) {
	return callAgain(func() (judges.Seen, bool, error) { return r.callOnce(call) }, changesWorld(call, r.world))
}

// callAgain makes a call that no proxy logged a second time, unless the first one left another world behind.
func callAgain(once func() (judges.Seen, bool, error), changes string) (judges.Seen, error) {
	seen, unlogged, err := once()
	if err != nil || !unlogged {
		return seen, err
	}
	if changes != "" {
		seen.Detail += "\nno proxy logged the call, and it is not made again: " + changes
		return seen, nil
	}
	seen, _, err = once()
	return seen, err
}

// changesWorld says why a call would meet another world the second time, if it would.
func changesWorld(call world.Call, lab *world.World) string {
	switch {
	case call.How.After > 0, call.How.Beside > 0:
		return "others come with it"
	case call.How.Renews != "":
		return "it renews a certificate"
	}
	for _, server := range lab.Stated.Servers {
		for _, port := range server.Ports {
			if port.Fails.By != "" {
				return "server " + server.Name + " fails"
			}
		}
	}
	for _, object := range lab.Manifests.Objects {
		if bytes.Contains(object.JSON, []byte(`"outlierDetection"`)) || bytes.Contains(object.JSON, []byte(`"outlier_detection"`)) {
			return object.ID() + " ejects who fails"
		}
	}
	return ""
}

func (r *Run) callOnce(call world.Call) (seen judges.Seen, unlogged bool, err error) {
	e := &evidence{call: call, caller: r.world.Callers[call.Name]}
	attempt, refusal, err := r.attempt(call, e.caller)
	if err != nil || refusal != nil {
		return *refusal, false, err
	}
	if call.How.Renews != "" {
		if err := r.renew(call.How.Renews); err != nil {
			return judges.Seen{}, false, err
		}
	}
	mark := r.servers.Record.Mark()
	deniedBefore, err := r.network.Denied()
	if err != nil {
		return judges.Seen{}, false, err
	}
	e.before = r.gatewayCounters()
	e.nginxLogs = map[*proxies.Nginx]int{}
	for _, nginx := range r.nginxes {
		e.nginxLogs[nginx] = len(nginx.Log())
	}
	e.beyondLogs = map[*proxies.Outside][]string{}
	for _, proxy := range r.beyond {
		e.beyondLogs[proxy] = proxy.Log()
	}
	if e.logged, err = r.logLengths(); err != nil {
		return judges.Seen{}, false, err
	}
	if call.Expect.Audit != nil {
		if _, e.auditedBefore, err = r.audited(nil); err != nil {
			return judges.Seen{}, false, err
		}
	}
	e.dialled = attempt.Address
	others, done := r.others(call, e.caller, attempt)
	e.outcome = outside.Do(context.Background(), r.pods[e.caller], attempt)
	if err := r.collect(e); err != nil {
		return judges.Seen{}, false, err
	}
	r.collectBeyond(e)
	if call.Expect.Audit != nil {
		if err := r.awaitAudit(e); err != nil {
			return judges.Seen{}, false, err
		}
	}
	done()
	time.Sleep(settle) // a server that was reached late is still found
	if call.Expect.Audit != nil {
		if e.audited, _, err = r.audited(e.auditedBefore); err != nil {
			return judges.Seen{}, false, err
		}
	}
	e.sights = r.servers.Record.Since(mark)
	e.asked = asked(call, e.sights)
	e.sights = slices.DeleteFunc(e.sights, func(sight outside.Sight) bool { return others[sight.Call] })
	deniedAfter, err := r.network.Denied()
	if err != nil {
		return judges.Seen{}, false, err
	}
	for pair, count := range deniedAfter {
		if count > deniedBefore[pair] {
			e.denied = append(e.denied, pair)
		}
	}
	seen = r.judge(e)
	bySidecar := e.caller.Role == world.Sidecar && !call.GoesAround()
	return seen, e.outcome.Dialled && len(e.chain) == 0 && (bySidecar || seen.Refused == unexplained), nil
}

// others makes the calls that come before this one, and those that are still open when it is made.
// They are the same call under ids of their own; done waits for their ends.
func (r *Run) others(call world.Call, caller *world.Pod, attempt outside.Attempt) (ids map[string]bool, done func()) {
	ids = map[string]bool{}
	next := func() outside.Attempt {
		other := attempt
		r.calls++
		other.ID = strconv.Itoa(r.calls)
		ids[other.ID] = true
		return other
	}
	for range call.How.After {
		outside.Do(context.Background(), r.pods[caller], next())
	}
	var open sync.WaitGroup
	for range call.How.Beside {
		other := next()
		open.Go(func() { outside.Do(context.Background(), r.pods[caller], other) })
	}
	if call.How.Beside > 0 {
		time.Sleep(besides)
	}
	return ids, open.Wait
}

// asked counts the requests at the servers that a call asks about.
func asked(call world.Call, sights []outside.Sight) map[string]int {
	counts := map[string]int{}
	for server := range call.Expect.Asked {
		counts[server] = 0
	}
	for _, sight := range sights {
		if _, wanted := counts[sight.Server]; wanted && sight.Stage == outside.PayloadSeen {
			counts[sight.Server]++
		}
	}
	return counts
}

// attempt translates a call into what the pod's process does.
func (r *Run) attempt(call world.Call, caller *world.Pod) (outside.Attempt, *judges.Seen, error) {
	r.calls++
	attempt := outside.Attempt{
		ID: strconv.Itoa(r.calls), Protocol: call.How.Protocol, SNI: call.SentSNI(), Host: call.SentHost(), AwaitGreeting: r.speaksFirst(call),
		Method: call.SentMethod(), Path: call.How.Path, Headers: call.How.Headers, Upgrade: call.How.Upgrade, Sends: call.How.Sends,
		// an attacker has time: a server behind the gateway may speak first
		Listen: call.How.Through != nil,
	}
	none := &judges.Seen{}
	if through := call.How.Through; through != nil {
		attempt.Bypass = true
		if through.Proxy != "" {
			attempt.Address = r.addressBeyond(through.Proxy)
		} else {
			service := r.world.Service(through.Gateway)
			if service == nil || len(service.Pods) == 0 {
				return attempt, none, fmt.Errorf("%s: no gateway %s", call.Name, through.Gateway)
			}
			target, ok := service.TargetPort(through.Port)
			if !ok {
				return attempt, &judges.Seen{Refused: "no-listener", At: "gateway", Detail: "the gateway's Service has no such port"}, nil
			}
			attempt.Address = net.JoinHostPort(service.Pods[0].IP.String(), strconv.Itoa(target))
		}
		if through.Security == "mutual-tls" {
			authority, identity := r.world.Authorities.Mesh, caller.Identity(r.world.Stated.TrustDomain)
			if through.Identity != "" {
				identity = through.Identity
			}
			if through.Forges != "" {
				authority, identity = r.world.Authorities.Unknown, through.Forges
			}
			leaf, err := authority.Issue(world.Name{URI: identity})
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
			return attempt, &judges.Seen{Refused: "no-upstream", At: "network", Detail: "DNS: no such name as " + call.To.Host}, nil
		}
		address = resolved[0]
	}
	attempt.Bypass = call.How.Around
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

// sniRefusals are those of an SNI proxy: listeners added by an EnvoyFilter do not write the lab's log.
var sniRefusals = []struct{ counter, reason string }{
	{"no_filter_chain_match", "name-not-allowed"},
	{"rbac.denied", "denied"},
	{"dns_query_failure", "no-upstream"},
	{"upstream_cx_none_healthy", "no-upstream"},
}

// gatewayCounters are those counters of every gateway, and those of clients whose certificate its
// doors refused: where a door reads HTTP, no log tells of a handshake that failed.
func (r *Run) gatewayCounters() map[*world.Pod]map[string]int {
	out := map[*world.Pod]map[string]int{}
	for _, envoy := range r.envoys {
		if envoy.Pod.Role == world.InGateway {
			out[envoy.Pod], _ = envoy.Stats(`(no_filter_chain_match|rbac.denied|dns_query_failure|upstream_cx_none_healthy|` + certificateFailed + `.*)$`)
		}
	}
	return out
}

// collect follows the connection from log to log: the source address that one
// proxy dials from is the remote address that the next one logs.
func (r *Run) collect(e *evidence) error {
	if !e.outcome.Dialled {
		return nil
	}
	around := e.call.GoesAround()
	if around && !r.isGateway(hostOf(e.dialled)) {
		return nil
	}
	isFirst := func(pod *world.Pod, entry controlplane.Entry) bool {
		return entry.Remote == e.outcome.Local && around == (pod.Role == world.InGateway)
	}
	found, ok, err := r.await(e, isFirst)
	for ok && err == nil {
		e.chain = append(e.chain, found)
		last := found
		if !r.leadsToGateway(last) {
			return nil
		}
		found, ok, err = r.await(e, func(pod *world.Pod, entry controlplane.Entry) bool {
			if pod == last.pod {
				return false
			}
			if last.entry.UpstreamLocal != "" {
				return entry.Remote == last.entry.UpstreamLocal
			}
			// a connection that failed has no local address in the log; calls are
			// made one at a time, so what came from that pod meanwhile is it
			return hostOf(entry.Remote) == last.pod.IP.String()
		})
	}
	return err
}

// await looks for the newest matching line that was logged since the call began.
func (r *Run) await(e *evidence, matches func(*world.Pod, controlplane.Entry) bool) (link, bool, error) {
	deadline := time.Now().Add(logWithin)
	early := time.Now().Add(logOfFailureWithin)
	mayBeSilent := e.outcome.Answer == nil && len(e.chain) > 0
	for {
		for _, envoy := range r.envoys {
			entries, err := envoy.Entries()
			if err != nil {
				return link{}, false, err
			}
			for i := len(entries) - 1; i >= e.logged[envoy.Pod]; i-- {
				if matches(envoy.Pod, entries[i]) {
					return link{envoy.Pod, entries[i]}, true, nil
				}
			}
		}
		if mayBeSilent && time.Now().After(early) {
			if r.handshakeRefused(e) {
				return link{}, false, nil
			}
			mayBeSilent = false
		}
		if time.Now().After(deadline) {
			return link{}, false, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// isGateway knows a gateway by its pod's or its Service's address.
func (r *Run) isGateway(host string) bool {
	pod := r.podBehind(host)
	return pod != nil && pod.Role == world.InGateway
}

func (r *Run) podBehind(host string) *world.Pod {
	for _, service := range r.world.Services {
		if service.Object.Spec.ClusterIP == host && len(service.Pods) > 0 {
			return service.Pods[0]
		}
	}
	return r.world.PodAt(host)
}

func (r *Run) logLengths() (map[*world.Pod]int, error) {
	lengths := map[*world.Pod]int{}
	for _, envoy := range r.envoys {
		entries, err := envoy.Entries()
		if err != nil {
			return nil, err
		}
		lengths[envoy.Pod] = len(entries)
	}
	return lengths, nil
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
