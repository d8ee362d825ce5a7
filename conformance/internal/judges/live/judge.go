package live

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// certificateRefused is BoringSSL's word in a proxy's log, for chains and names alike.
const certificateRefused = "CERTIFICATE_VERIFY_FAILED"

// unexplained is a refusal of which no log and no counter tells.
const unexplained = "unexplained"

// certificateFailed is in the names of Envoy's counters of certificates that it did not take.
const certificateFailed = "ssl.fail_verify_"

// judge names what the evidence shows.
func (r *Run) judge(e *evidence) judges.Seen {
	var seen judges.Seen
	if e.outcome.Answer != nil {
		hops := append(r.proxyHops(e), r.forwardHops(e, *e.outcome.Answer)...)
		hops = append(hops, r.beyondHops(e)...)
		seen = judges.Seen{Way: append(hops, r.serverHop(e, *e.outcome.Answer)), Status: e.outcome.Status}
	} else {
		seen = refusalOf(r.cluesOf(e))
		seen.Greeting = e.outcome.Greeting
	}
	if e.call.Expect.Audit != nil {
		seen.Audit = append([]world.AuditLine{}, e.audited...)
	}
	seen.Asked, seen.Took = e.asked, e.outcome.Took.Milliseconds()
	seen.Detail = e.String()
	return seen
}

func (r *Run) proxyHops(e *evidence) []judges.SeenHop {
	var hops []judges.SeenHop
	for _, link := range e.chain {
		if link.pod.Role == world.Sidecar {
			hops = append(hops, judges.SeenHop{Sidecar: link.pod.Namespace})
			continue
		}
		name := link.pod.ID()
		hop := judges.SeenHop{Hop: "plaintext", SNI: &link.entry.SNI, Identity: &link.entry.Peer}
		if service := r.world.ServiceOf(link.pod); service != nil {
			name = service.ID()
			hop.Port, _ = service.ServicePort(portOf(link.entry.Local))
		}
		hop.Gateway = name
		switch {
		case link.entry.Peer != "":
			hop.Hop = "mutual-tls"
		case link.entry.SNI != "":
			hop.Hop = "passthrough"
		}
		hops = append(hops, hop)
	}
	return hops
}

func (r *Run) serverHop(e *evidence, answer outside.Sight) judges.SeenHop {
	hop := judges.SeenHop{
		Server: answer.Server, Port: answer.Port, SNI: &answer.SNI, Identity: &answer.Identity, Host: &answer.Host, Path: &answer.Path, Source: r.sourceOf(e, answer.Remote),
		Received: answer.Received, Headers: answer.Headers,
	}
	for _, server := range r.world.Stated.Servers {
		if service := r.world.Service(server.Service); service != nil && server.Name == answer.Server {
			hop.Port, _ = service.ServicePort(answer.Port)
		}
	}
	return hop
}

// forwardHops are the forward proxies from which a server was reached.
func (r *Run) forwardHops(e *evidence, answer outside.Sight) []judges.SeenHop {
	for _, sight := range e.sights {
		if sight.Stage == outside.Proxied && sight.Onward == answer.Remote {
			return []judges.SeenHop{{Proxy: sight.Server, Port: sight.Port, Target: sight.Target, Source: r.sourceOf(e, sight.Remote)}}
		}
	}
	return nil
}

// sourceOf names whose address a server saw.
func (r *Run) sourceOf(e *evidence, remote string) string {
	pod := r.world.PodAt(hostOf(remote))
	switch {
	case pod == e.caller:
		return "pod"
	case pod != nil && pod.Role == world.InGateway:
		return "gateway"
	}
	if r.world.OutsideAt(hostOf(remote)) != nil {
		return "proxy"
	}
	for _, sight := range e.sights {
		if sight.Stage == outside.Proxied && sight.Onward == remote {
			return "proxy"
		}
	}
	return remote
}

// leadsToGateway is false for a gateway that was led to itself: nothing follows on that.
func (r *Run) leadsToGateway(last link) bool {
	upstream := hostOf(last.entry.UpstreamHost)
	return upstream != "" && upstream != last.pod.IP.String() && r.isGateway(upstream)
}

// byEntry reads the reason out of one access log line.
func byEntry(last link) string {
	entry := last.entry
	upstream := strings.ToUpper(entry.UpstreamFailure)
	downstream := strings.ToUpper(entry.DownstreamFailure)
	switch {
	case entry.Cluster == "BlackHoleCluster":
		return "blackhole"
	case entry.Code == "code 502" && entry.ResponseDetails == "direct_response":
		return "blackhole"
	case entry.ResponseDetails == "direct_response" && (entry.Code == fmt.Sprintf("code %d", judges.Forbidden) || entry.GRPC == "PermissionDenied"):
		return "denied"
	case strings.HasPrefix(entry.Details, "rbac_access_denied"), strings.HasPrefix(entry.ResponseDetails, "rbac_access_denied"):
		return "denied"
	case strings.Contains(downstream, "WRONG_VERSION_NUMBER"), strings.Contains(downstream, "HTTP_REQUEST"):
		return "not-tls"
	case strings.Contains(entry.Details+entry.ResponseDetails, "filter_chain_not_found"):
		return "no-filter-chain"
	case hasFlag(entry.Flags, "NC"):
		return "no-upstream"
	case strings.Contains(downstream, "CERTIFICATE"):
		return "untrusted-client"
	case strings.Contains(upstream, certificateRefused):
		return "untrusted-server"
	case strings.Contains(upstream, "ALERT"):
		return "" // the next hop refuses us, and knows why
	case upstream != "", hasFlag(entry.Flags, "UF", "UH", "NC", "URX", "DF"):
		return "no-upstream"
	case entry.Code != "" && entry.Code != "code 0" && entry.Code != "code 200":
		return "http-status"
	}
	return ""
}

// byLimit names the limit of a proxy's own that ended a call, whether or not the server was reached.
func byLimit(last link) string {
	switch {
	case hasFlag(last.entry.Flags, "UT"):
		return "timeout"
	case hasFlag(last.entry.Flags, "UO"):
		return "overflow"
	}
	return ""
}

func hasFlag(flags string, any ...string) bool {
	for _, flag := range strings.Split(flags, ",") {
		for _, candidate := range any {
			if flag == candidate {
				return true
			}
		}
	}
	return false
}

func byServer(sight outside.Sight) string {
	switch {
	case strings.Contains(sight.Failure, "does not look like a TLS handshake"):
		return "not-tls"
	case strings.Contains(sight.Failure, "certificate"), strings.Contains(sight.Failure, "not allowed"):
		return "untrusted-client"
	}
	return unexplained
}

// sniProxyRefused asks the SNI proxy itself why it closed.
func (r *Run) sniProxyRefused(e *evidence, pod *world.Pod) string {
	after := r.gatewayCounters()[pod]
	for _, refusal := range sniRefusals {
		for name, count := range after {
			if strings.HasSuffix(name, refusal.counter) && count > e.before[pod][name] {
				return refusal.reason
			}
		}
	}
	for _, nginx := range r.nginxes {
		if nginx.Pod != pod {
			continue
		}
		switch log := nginx.Log()[e.nginxLogs[nginx]:]; {
		case strings.Contains(log, "no host in upstream"), strings.Contains(log, "invalid port in upstream"):
			return "name-not-allowed"
		case strings.Contains(log, "could not be resolved"), strings.Contains(log, "Connection refused) while connecting to upstream"):
			return "no-upstream"
		}
	}
	return ""
}

func isLocal(upstream string) bool {
	return strings.HasPrefix(upstream, "/") || strings.HasPrefix(upstream, "@") || strings.HasPrefix(upstream, "127.") ||
		strings.HasPrefix(upstream, "envoy://") || strings.Contains(upstream, "unix:")
}

func (e *evidence) String() string {
	var out []string
	if e.outcome.Err != nil {
		out = append(out, "client: "+e.outcome.Err.Error())
	}
	if e.outcome.Greeting && e.outcome.Answer == nil {
		out = append(out, "client: got the server's greeting")
	}
	if e.outcome.Status != 0 {
		out = append(out, fmt.Sprintf("client: HTTP %d", e.outcome.Status))
	}
	for _, link := range e.chain {
		raw, _ := json.Marshal(link.entry)
		out = append(out, fmt.Sprintf("%s: %s", link.pod.ID(), raw))
	}
	for _, sight := range e.sights {
		raw, _ := json.Marshal(sight)
		out = append(out, "server: "+string(raw))
	}
	if e.beyond != nil {
		out = append(out, e.beyond.Server.Name+": "+strings.TrimSpace(e.beyond.Since(e.beyondLogs[e.beyond])))
	}
	for _, line := range e.audited {
		raw, _ := json.Marshal(line)
		out = append(out, "audit: "+string(raw))
	}
	for _, pair := range e.denied {
		out = append(out, "network policy: "+pair)
	}
	return strings.Join(out, "\n                 ")
}
