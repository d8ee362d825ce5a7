package outside

import (
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// The ways in which a port fails that are no HTTP status.
const (
	byReset   = "reset"
	bySilence = "silence"
)

// silence drops what is sent to the ports that do not even refuse.
func silence(n *network.Namespace, w *world.World) error {
	var silent []netip.AddrPort
	for _, server := range w.Stated.Servers {
		for _, port := range server.Ports {
			if port.Fails.By != bySilence {
				continue
			}
			for _, text := range server.Addresses {
				address, err := netip.ParseAddr(text)
				if err != nil {
					return err
				}
				silent = append(silent, netip.AddrPortFrom(address, uint16(port.Port)))
			}
		}
	}
	if len(silent) == 0 {
		return nil
	}
	return n.Drop(silent...)
}

// take records a request, waits as long as the port does, and tells whether it fails.
func (e *endpoint) take(sight Sight) (fails bool) {
	fails = e.port.Fails.At(e.record.asked(sight.Server, sight.Port, sight.Call))
	e.record.add(sight)
	time.Sleep(time.Duration(e.port.AnswersAfter) * time.Millisecond)
	if fails && e.port.Fails.By == byReset {
		sight.Stage = Reset
		e.record.add(sight)
	}
	return fails
}

// breakOff ends a connection by a TCP reset.
func breakOff(conn net.Conn) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	if plain, ok := conn.(*net.TCPConn); ok {
		_ = plain.SetLinger(0)
	}
	_ = conn.Close()
}
