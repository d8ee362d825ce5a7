package live

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

func bySidecar(entry controlplane.Entry) link {
	return link{&world.Pod{Role: world.Sidecar}, entry}
}

func byGateway(entry controlplane.Entry) link {
	return link{&world.Pod{Role: world.InGateway}, entry}
}

// Every question is the first to answer once, and none that comes before it answers what is its own.
func TestRefusals(t *testing.T) {
	upstream := controlplane.Entry{ResponseDetails: "via_upstream", Code: "code 403"}
	refused := fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	dialled := outside.Outcome{Dialled: true, Secured: true}
	failed := outside.Sight{Stage: outside.TLSFailed, Failure: "tls: client didn't provide a certificate"}
	rows := []struct {
		name, asks string
		clues      clues
		want       string
	}{
		{"a time that ran out, although the server got the request", "did a proxy reach a limit of its own?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{bySidecar(controlplane.Entry{Flags: "UT"}), byGateway(controlplane.Entry{})}, sights: []outside.Sight{{Stage: outside.PayloadSeen}}}},
			"refused timeout at sidecar"},
		{"a reset", "did the server break off, or find TLS inside its own?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{byGateway(controlplane.Entry{Flags: "UC"})}, sights: []outside.Sight{{Stage: outside.PayloadSeen}, {Stage: outside.Reset}}}},
			"refused reset at server"},
		{"a request that arrived", "did the server get the request?",
			clues{evidence: &evidence{outcome: dialled, sights: []outside.Sight{{Stage: outside.PayloadSeen}}}},
			"refused server-reached at server"},
		{"packets that a policy refuses", "did the router refuse packets?",
			clues{evidence: &evidence{denied: []string{"a → b"}}},
			"refused network-policy at network"},
		{"a proxy outside", "did a proxy outside refuse?",
			clues{evidence: &evidence{outcome: dialled}, refusedBeyond: func() judges.Seen { return judges.Seen{Refused: "denied", At: "proxy"} }},
			"refused denied at proxy"},
		{"no door at the gateway itself", "did nobody listen where the caller dialled?",
			clues{evidence: &evidence{outcome: outside.Outcome{Err: refused}}, toGateway: true},
			"refused no-listener at gateway"},
		{"no listener of the sidecar", "did nobody listen where the caller dialled?",
			clues{evidence: &evidence{outcome: outside.Outcome{Err: refused}}},
			"refused no-listener at sidecar"},
		{"no server", "did nobody listen where the caller dialled?",
			clues{evidence: &evidence{outcome: outside.Outcome{Err: refused}, call: world.Call{How: world.How{Around: true}}}},
			"refused no-listener at server"},
		{"silence", "could the caller not dial at all?",
			clues{evidence: &evidence{}},
			"refused no-upstream at network"},
		{"a server's error without a proxy between", "did a server that the caller reached by itself answer with an error?",
			clues{evidence: &evidence{outcome: outside.Outcome{Dialled: true, Status: 403}}},
			"refused http-status at server"},
		{"no door behind the gateway's Service", "did nobody listen at the gateway?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{bySidecar(controlplane.Entry{UpstreamFailure: "delayed_connect_error:_Connection_refused", Flags: "UF"})}}, toGateway: true},
			"refused no-listener at gateway"},
		{"a server's error", "did the server answer with an error?",
			clues{evidence: &evidence{outcome: outside.Outcome{Dialled: true, Status: 403}, chain: []link{bySidecar(upstream), byGateway(upstream)}}},
			"refused http-status at server"},
		{"a server that demands a certificate, told late", "did the server refuse a handshake that the proxy took for done?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{byGateway(controlplane.Entry{Flags: "UC"})}, sights: []outside.Sight{failed}}},
			"refused untrusted-client at server"},
		{"a door that does not take the certificate", "did the gateway's door not take the certificate?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{bySidecar(controlplane.Entry{})}}, toGateway: true, handshakeRefused: func() bool { return true }},
			"refused untrusted-client at gateway"},
		{"a name that no door has", "did the gateway close before the caller's own mutual TLS was there?",
			clues{evidence: &evidence{outcome: outside.Outcome{Dialled: true}}, toGateway: true},
			"refused no-filter-chain at gateway"},
		{"a policy of the gateway", "what does the last proxy's log say?",
			clues{evidence: &evidence{outcome: outside.Outcome{Dialled: true, Status: 403}, chain: []link{bySidecar(upstream), byGateway(controlplane.Entry{Code: "code 403", ResponseDetails: "rbac_access_denied_matched_policy[x]"})}}},
			"refused denied at gateway"},
		{"a route of the gateway that forbids", "what does the last proxy's log say?",
			clues{evidence: &evidence{outcome: outside.Outcome{Dialled: true, Status: 403}, chain: []link{bySidecar(upstream), byGateway(controlplane.Entry{Code: "code 403", ResponseDetails: "direct_response"})}}},
			"refused denied at gateway"},
		{"a certificate that the sidecar does not take of a gateway that logs it", "did a proxy not take the certificate of who is next?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{bySidecar(controlplane.Entry{UpstreamFailure: "TLS_error:" + certificateRefused}), byGateway(controlplane.Entry{})}}},
			"refused untrusted-server at sidecar"},
		{"an SNI proxy", "did the SNI proxy of the gateway refuse?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{byGateway(controlplane.Entry{UpstreamHost: "127.0.0.1:8443"})}}, sniProxyRefused: func() string { return "name-not-allowed" }},
			"refused name-not-allowed at gateway"},
		{"a server that refuses the handshake", "did the server refuse the handshake?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{byGateway(controlplane.Entry{})}, sights: []outside.Sight{failed}}},
			"refused untrusted-client at server"},
		{"a gateway that logs nothing", "did the gateway that the sidecar reached log nothing?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{bySidecar(controlplane.Entry{})}}, toGateway: true},
			"refused unexplained at gateway"},
		{"nothing at all", "does nobody know?",
			clues{evidence: &evidence{outcome: dialled, chain: []link{byGateway(controlplane.Entry{})}}},
			"refused unexplained at gateway"},
	}
	tested := map[string]bool{}
	for _, row := range rows {
		c := row.clues
		if len(c.chain) > 0 {
			c.last = c.chain[len(c.chain)-1]
		}
		if c.handshakeRefused == nil {
			c.handshakeRefused = func() bool { return false }
		}
		if c.refusedBeyond == nil {
			c.refusedBeyond = func() judges.Seen { return judges.Seen{} }
		}
		if c.sniProxyRefused == nil {
			c.sniProxyRefused = func() string { return "" }
		}
		seen, asks := answered(c)
		if seen.String() != row.want || asks != row.asks {
			t.Errorf("%s: want %q by %q, got %q by %q", row.name, row.want, row.asks, seen, asks)
		}
		tested[row.asks] = true
	}
	for _, question := range refusals {
		if !tested[question.asks] {
			t.Errorf("no row asks %q", question.asks)
		}
	}
}
