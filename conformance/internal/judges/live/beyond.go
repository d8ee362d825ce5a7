package live

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// beyondEntry is a line of the access log that our library lets a proxy outside write.
type beyondEntry struct {
	Remote     string  `json:"remote"`
	Client     string  `json:"client"`
	ServerName *string `json:"server_name"`
}

// beyondRefusals are a proxy's reasons by what its logs say; the first one that is there counts.
var beyondRefusals = []struct{ says, reason string }{
	{"WRONG_VERSION_NUMBER", "not-tls"},
	{"HTTP_REQUEST", "not-tls"},
	{`"cipher":"(NONE)"`, "not-tls"},
	{"CERTIFICATE", "untrusted-client"},
	{`"admitted":"no"`, "untrusted-client"},
	{"rbac_access_denied", "denied"},
	{"filter_chain_not_found", "name-not-allowed"},
	{"no host in upstream", "name-not-allowed"},
}

// collectBeyond finds the proxy outside that the call reached, and its log line:
// it logs when the connection ends, under the address that it came from.
func (r *Run) collectBeyond(e *evidence) {
	reached, remote := hostOf(e.dialled), e.outcome.Local
	if len(e.chain) > 0 {
		last := e.chain[len(e.chain)-1].entry
		reached, remote = hostOf(last.UpstreamHost), last.UpstreamLocal
	} else if e.caller.Role == world.Sidecar && !e.call.GoesAround() {
		return
	}
	for _, proxy := range r.beyond {
		if server := r.world.OutsideAt(reached); server == nil || server.Name != proxy.Server.Name {
			continue
		}
		e.beyond = proxy
		for deadline := time.Now().Add(logOfFailureWithin); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			for _, line := range strings.Split(proxy.Since(e.beyondLogs[proxy]), "\n") {
				var entry beyondEntry
				if json.Unmarshal([]byte(line), &entry) == nil && entry.Remote == remote {
					e.entry = entry
					return
				}
			}
		}
	}
}

// beyondHops is the proxy outside from which a server was reached.
func (r *Run) beyondHops(e *evidence) []judges.SeenHop {
	if e.beyond == nil {
		return nil
	}
	return []judges.SeenHop{{
		Proxy: e.beyond.Server.Name, Port: e.beyond.Server.Runs.Port, Source: r.sourceOf(e, e.entry.Remote), SNI: e.entry.ServerName, Identity: &e.entry.Client,
	}}
}

// refusedBeyond asks the proxy outside, and what stands before it, why the call ended there.
func refusedBeyond(e *evidence) judges.Seen {
	if e.beyond == nil {
		return judges.Seen{}
	}
	if len(e.chain) > 0 && strings.Contains(e.chain[len(e.chain)-1].entry.UpstreamFailure, certificateRefused) {
		return judges.Seen{Refused: "untrusted-server", At: e.chain[len(e.chain)-1].pod.Place()}
	}
	said := e.beyond.Since(e.beyondLogs[e.beyond])
	for _, refusal := range beyondRefusals {
		if strings.Contains(said, refusal.says) {
			return judges.Seen{Refused: refusal.reason, At: "proxy"}
		}
	}
	return judges.Seen{Refused: unexplained, At: "proxy"}
}

// addressBeyond is where a proxy outside listens.
func (r *Run) addressBeyond(name string) string {
	for _, proxy := range r.beyond {
		if proxy.Server.Name == name {
			return net.JoinHostPort(proxy.Server.Addresses[0], strconv.Itoa(proxy.Server.Runs.Port))
		}
	}
	return ""
}
