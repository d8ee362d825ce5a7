package network

import (
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// DNS is the cluster's resolver: one that answers by a function and asks nobody.
type DNS struct{ servers []*dns.Server }

// ServeDNS answers inside a namespace.
func ServeDNS(n *Namespace, at netip.AddrPort, resolve func(string) []string) (*DNS, error) {
	packets, err := n.ListenPacket(at.String())
	if err != nil {
		return nil, err
	}
	listener, err := n.Listen(at.String())
	if err != nil {
		_ = packets.Close()
		return nil, err
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, request *dns.Msg) { _ = w.WriteMsg(reply(request, resolve)) })
	server := &DNS{servers: []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: listener, Handler: handler}}}
	for _, one := range server.servers {
		go func() { _ = one.ActivateAndServe() }()
	}
	return server, nil
}

// Stop ends it.
func (d *DNS) Stop() {
	for _, server := range d.servers {
		_ = server.Shutdown()
	}
}

func reply(request *dns.Msg, resolve func(string) []string) *dns.Msg {
	answer := new(dns.Msg)
	answer.SetReply(request)
	if len(request.Question) != 1 {
		answer.Rcode = dns.RcodeFormatError
		return answer
	}
	question := request.Question[0]
	addresses := resolve(strings.ToLower(strings.TrimSuffix(question.Name, ".")))
	if len(addresses) == 0 {
		answer.Rcode = dns.RcodeNameError
	}
	for _, address := range addresses {
		ip, isIPv6 := net.ParseIP(address), strings.Contains(address, ":")
		header := dns.RR_Header{Name: question.Name, Class: dns.ClassINET, Ttl: 5}
		switch {
		case !isIPv6 && question.Qtype == dns.TypeA:
			header.Rrtype = dns.TypeA
			answer.Answer = append(answer.Answer, &dns.A{Hdr: header, A: ip.To4()})
		case isIPv6 && question.Qtype == dns.TypeAAAA:
			header.Rrtype = dns.TypeAAAA
			answer.Answer = append(answer.Answer, &dns.AAAA{Hdr: header, AAAA: ip})
		}
	}
	return answer
}
