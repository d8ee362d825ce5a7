package network

import (
	"testing"

	"github.com/miekg/dns"
)

func TestReply(t *testing.T) {
	resolve := func(name string) []string {
		if name == "a.example.com" {
			return []string{"192.0.2.1", "2001:db8::1"}
		}
		if name == "mapped.example.com" {
			return []string{"::ffff:10.0.0.1"}
		}
		return nil
	}
	for _, row := range []struct {
		name  string
		kind  uint16
		code  int
		count int
	}{
		{"a.example.com.", dns.TypeA, dns.RcodeSuccess, 1},
		{"A.Example.Com.", dns.TypeA, dns.RcodeSuccess, 1},
		{"a.example.com.", dns.TypeAAAA, dns.RcodeSuccess, 1},
		{"a.example.com.", dns.TypeMX, dns.RcodeSuccess, 0},
		{"mapped.example.com.", dns.TypeA, dns.RcodeSuccess, 0},
		{"mapped.example.com.", dns.TypeAAAA, dns.RcodeSuccess, 1},
		{"b.example.com.", dns.TypeA, dns.RcodeNameError, 0},
	} {
		request := new(dns.Msg).SetQuestion(row.name, row.kind)
		if got := reply(request, resolve); got.Rcode != row.code || len(got.Answer) != row.count {
			t.Errorf("%s %d: %v", row.name, row.kind, got)
		}
	}
}
