package network

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Capture redirects what a pod's containers send into its sidecar, as istio-init does.
func (n *Namespace) Capture() error {
	return n.restore(fmt.Sprintf(`*nat
-A OUTPUT -p tcp ! -d 127.0.0.1/32 -m owner ! --uid-owner 1337 -m mark ! --mark %d -j REDIRECT --to-ports 15001
COMMIT
`, BypassMark))
}

// Forward is kube-proxy's part: a Service's address and port to a pod's.
func (n *Network) Forward(service netip.Addr, port int, protocol string, pod netip.AddrPort) {
	n.nat = append(n.nat, fmt.Sprintf("-A PREROUTING -d %s/32 -p %s --dport %d -j DNAT --to-destination %s", service, protocol, port, pod))
}

// Allow lets one port through, whatever a later Deny says.
func (n *Network) Allow(from, to netip.Addr, port int, protocol string) {
	n.forward = append(n.forward, fmt.Sprintf("-A FORWARD -s %s/32 -d %s/32 -p %s --dport %d -j ACCEPT", from, to, protocol, port))
}

// Deny refuses the rest with an ICMP message, so that nobody has to wait for a timeout.
func (n *Network) Deny(from, to netip.Addr) {
	for _, match := range []string{" -p tcp", ""} { // TCP apart, because Denied counts it
		n.forward = append(n.forward, fmt.Sprintf("-A FORWARD -s %s/32 -d %s/32%s -j REJECT --reject-with icmp-admin-prohibited", from, to, match))
	}
}

// Drop lets nothing in to these addresses and ports, without a word to whoever sends it.
func (n *Namespace) Drop(targets ...netip.AddrPort) error {
	rules := &strings.Builder{}
	for _, target := range targets {
		fmt.Fprintf(rules, "-A INPUT -d %s/32 -p tcp --dport %d -j DROP\n", target.Addr(), target.Port())
	}
	return n.restore("*filter\n" + rules.String() + "COMMIT\n")
}

// Apply loads the router's rules.
func (n *Network) Apply() error {
	rules := &strings.Builder{}
	fmt.Fprintf(rules, "*nat\n%s\nCOMMIT\n", strings.Join(n.nat, "\n"))
	fmt.Fprintf(rules, "*filter\n-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n%s\nCOMMIT\n", strings.Join(n.forward, "\n"))
	return n.router.restore(rules.String())
}

// Denied counts the TCP packets that Deny has refused so far, by source and
// destination in words.
func (n *Network) Denied() (map[string]int, error) {
	if len(n.forward) == 0 {
		return nil, nil
	}
	output, err := n.router.Command("iptables", "-w", "-nvxL", "FORWARD").Output()
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		if len(fields) < 9 || fields[2] != "REJECT" || fields[3] != "tcp" && fields[3] != "6" {
			continue
		}
		packets, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, fmt.Errorf("iptables counter %q", line)
		}
		counts[fields[7]+" to "+fields[8]] += packets
	}
	return counts, nil
}
