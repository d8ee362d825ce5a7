package live

import (
	"errors"
	"slices"
	"strings"
	"syscall"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// clues are what a refusal is named by.
type clues struct {
	*evidence
	// last is the last proxy that logged the call, if any did.
	last link
	// toGateway: the last proxy went on to a gateway, or the caller itself dialled one.
	toGateway bool
	// handshakeRefused, beyond and sniProxy ask those who may know.
	handshakeRefused func() bool
	refusedBeyond    func() judges.Seen
	sniProxyRefused  func() string
}

func (r *Run) cluesOf(e *evidence) clues {
	c := clues{evidence: e, toGateway: r.isGateway(hostOf(e.dialled))}
	if len(e.chain) > 0 {
		c.last = e.chain[len(e.chain)-1]
		c.toGateway = r.leadsToGateway(c.last)
	}
	c.handshakeRefused = func() bool { return r.handshakeRefused(e) }
	c.refusedBeyond = func() judges.Seen { return refusedBeyond(e) }
	c.sniProxyRefused = func() string { return r.sniProxyRefused(e, c.last.pod) }
	return c
}

// refusals are the questions by which a refusal gets its name, in order: the first that has an answer counts.
// First who surely ended the call, whatever the others log of it; then from the far end backwards.
var refusals = []struct {
	asks   string
	answer func(clues) judges.Seen
}{
	{"did a proxy reach a limit of its own?", func(c clues) judges.Seen {
		for _, link := range slices.Backward(c.chain) {
			if limit := byLimit(link); limit != "" {
				return judges.Seen{Refused: limit, At: link.pod.Place()}
			}
		}
		return judges.Seen{}
	}},
	{"did the server break off, or find TLS inside its own?", func(c clues) judges.Seen {
		for _, sight := range c.sights {
			switch sight.Stage {
			case outside.Reset:
				return judges.Seen{Refused: "reset", At: "server"}
			case outside.TLSInside:
				return judges.Seen{Refused: "tls-inside-tls", At: "server"}
			}
		}
		return judges.Seen{}
	}},
	{"did the server get the request?", func(c clues) judges.Seen {
		return atIf(c.saw(outside.PayloadSeen) != nil, "server-reached", "server")
	}},
	{"did the router refuse packets?", func(c clues) judges.Seen {
		return atIf(len(c.denied) > 0, "network-policy", "network")
	}},
	{"did a proxy outside refuse?", func(c clues) judges.Seen { return c.refusedBeyond() }},
	{"did nobody listen where the caller dialled?", func(c clues) judges.Seen {
		if len(c.chain) > 0 || !errors.Is(c.outcome.Err, syscall.ECONNREFUSED) {
			return judges.Seen{}
		}
		switch {
		case c.toGateway:
			return judges.Seen{Refused: "no-listener", At: "gateway"}
		case !c.call.GoesAround():
			return judges.Seen{Refused: "no-listener", At: "sidecar"}
		}
		return judges.Seen{Refused: "no-listener", At: "server"}
	}},
	{"could the caller not dial at all?", func(c clues) judges.Seen {
		return atIf(len(c.chain) == 0 && !c.outcome.Dialled, "no-upstream", "network")
	}},
	{"did a server that the caller reached by itself answer with an error?", func(c clues) judges.Seen {
		return atIf(len(c.chain) == 0 && c.outcome.Status >= 400 && !c.toGateway, "http-status", "server")
	}},
	{"did nobody listen at the gateway?", func(c clues) judges.Seen {
		return atIf(c.toGateway && strings.Contains(c.last.entry.UpstreamFailure, "Connection_refused"), "no-listener", "gateway")
	}},
	{"did the server answer with an error?", func(c clues) judges.Seen {
		// what a gateway answers by itself also comes to the sidecar from upstream
		byGateway := c.last.entry.ResponseDetails != "" && c.last.entry.ResponseDetails != "via_upstream"
		return atIf(c.outcome.Status >= 400 && len(c.chain) > 0 && c.chain[0].entry.ResponseDetails == "via_upstream" && !byGateway, "http-status", "server")
	}},
	{"did the server refuse a handshake that the proxy took for done?", func(c clues) judges.Seen {
		// TLS 1.3 lets the client go on before the server has looked at its certificate
		if sight := c.saw(outside.TLSFailed); sight != nil && hasFlag(c.last.entry.Flags, "UC") {
			return judges.Seen{Refused: byServer(*sight), At: "server"}
		}
		return judges.Seen{}
	}},
	{"did the gateway's door not take the certificate?", func(c clues) judges.Seen {
		return atIf(c.toGateway && c.handshakeRefused(), "untrusted-client", "gateway")
	}},
	{"did the gateway close before the caller's own mutual TLS was there?", func(c clues) judges.Seen {
		return atIf(len(c.chain) == 0 && c.toGateway && !c.outcome.Secured, "no-filter-chain", "gateway")
	}},
	{"what does the last proxy's log say?", func(c clues) judges.Seen {
		if len(c.chain) == 0 {
			return judges.Seen{}
		}
		refused := byEntry(c.last)
		return atIf(refused != "", refused, c.last.pod.Place())
	}},
	{"did a proxy not take the certificate of who is next?", func(c clues) judges.Seen {
		for _, link := range slices.Backward(c.chain) {
			if strings.Contains(link.entry.UpstreamFailure, certificateRefused) {
				return judges.Seen{Refused: "untrusted-server", At: link.pod.Place()}
			}
		}
		return judges.Seen{}
	}},
	{"did the SNI proxy of the gateway refuse?", func(c clues) judges.Seen {
		if len(c.chain) == 0 || c.last.pod.Role != world.InGateway || !isLocal(c.last.entry.UpstreamHost) {
			return judges.Seen{}
		}
		why := c.sniProxyRefused()
		return atIf(why != "", why, "gateway")
	}},
	{"did the server refuse the handshake?", func(c clues) judges.Seen {
		if sight := c.saw(outside.TLSFailed); sight != nil {
			return judges.Seen{Refused: byServer(*sight), At: "server"}
		}
		return judges.Seen{}
	}},
	{"did the gateway that the sidecar reached log nothing?", func(c clues) judges.Seen {
		// it ended the connection before any filter
		return atIf(len(c.chain) > 0 && c.last.pod.Role == world.Sidecar && c.toGateway, unexplained, "gateway")
	}},
	{"does nobody know?", func(c clues) judges.Seen {
		if len(c.chain) == 0 {
			return judges.Seen{Refused: unexplained}
		}
		return judges.Seen{Refused: unexplained, At: c.last.pod.Place()}
	}},
}

// refusalOf is the answer of the first question that has one.
func refusalOf(c clues) judges.Seen {
	seen, _ := answered(c)
	return seen
}

// answered also tells which question it was.
func answered(c clues) (judges.Seen, string) {
	for _, question := range refusals {
		if seen := question.answer(c); seen.Refused != "" {
			return seen, question.asks
		}
	}
	return judges.Seen{Refused: unexplained}, ""
}

func atIf(holds bool, refused, at string) judges.Seen {
	if !holds {
		return judges.Seen{}
	}
	return judges.Seen{Refused: refused, At: at}
}

// saw is the first sight of a server at a stage.
func (e *evidence) saw(stage outside.Stage) *outside.Sight {
	for i := range e.sights {
		if e.sights[i].Stage == stage {
			return &e.sights[i]
		}
	}
	return nil
}

// handshakeRefused says whether the door that the call came to last did not take a certificate.
func (r *Run) handshakeRefused(e *evidence) bool {
	door := r.podBehind(hostOf(e.dialled))
	if len(e.chain) > 0 {
		door = r.podBehind(hostOf(e.chain[len(e.chain)-1].entry.UpstreamHost))
	}
	for name, count := range r.gatewayCounters()[door] {
		if strings.Contains(name, certificateFailed) && count > e.before[door][name] {
			return true
		}
	}
	return false
}
