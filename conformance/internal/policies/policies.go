// Package policies evaluates the NetworkPolicies of the manifests, and has the router enforce them.
package policies

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// peer is one end of a connection, as NetworkPolicies see it.
type peer struct {
	name    string
	address netip.Addr
	traffic *matcher.TrafficPeer
}

// policies are the NetworkPolicies of the manifests.
type policies struct {
	world  *world.World
	policy *matcher.Policy
	labels map[string]map[string]string
}

func newPolicies(w *world.World) *policies {
	found := manifests.Typed[*networkingv1.NetworkPolicy](w.Manifests)
	if len(found) == 0 {
		return nil
	}
	p := &policies{world: w, policy: matcher.BuildNetworkPolicies(false, found), labels: map[string]map[string]string{}}
	for _, namespace := range manifests.Typed[*corev1.Namespace](w.Manifests) {
		p.labels[namespace.Name] = namespace.Labels
	}
	return p
}

// Enforce puts the verdict on every pair that a policy speaks of into the router.
func Enforce(w *world.World, n *network.Network, calls []world.Call) error {
	p := newPolicies(w)
	if p == nil {
		return nil
	}
	ports := knownPorts(w, calls)
	peers := p.peers()
	for _, from := range peers {
		for _, to := range peers {
			if from.address != to.address && p.speaksOf(from, to) {
				p.enforce(n, from, to, ports)
			}
		}
	}
	return p.reachIstiod()
}

func (p *policies) enforce(n *network.Network, from, to peer, ports []int) {
	for _, port := range ports {
		if p.allowed(from, to, port, corev1.ProtocolTCP) {
			n.Allow(from.address, to.address, port, "tcp")
		}
	}
	if dns := p.world.Stated.DNS.Port; p.allowed(from, to, dns, corev1.ProtocolUDP) {
		n.Allow(from.address, to.address, dns, "udp")
	}
	n.Deny(from.address, to.address)
}

func (p *policies) peers() []peer {
	resolver := p.world.DNSServer().Addr()
	peers := []peer{{"DNS", resolver, p.place(p.world.Stated.DNS, resolver.String())}}
	for _, pod := range p.world.Pods {
		peers = append(peers, peer{pod.ID(), pod.IP, p.internal(pod.IP.String(), pod.Namespace, pod.Labels)})
	}
	for _, server := range p.world.Stated.Servers {
		for _, text := range server.Addresses {
			if address, err := netip.ParseAddr(text); err == nil {
				traffic := &matcher.TrafficPeer{IP: text}
				if server.Pod != nil {
					traffic = p.internal(text, server.Pod.Namespace, server.Pod.Labels)
				}
				peers = append(peers, peer{server.Name, address, traffic})
			}
		}
	}
	return peers
}

func (p *policies) place(place world.Place, pod string) *matcher.TrafficPeer {
	if place.Address != "" {
		return &matcher.TrafficPeer{IP: place.Address}
	}
	return p.internal(pod, place.Namespace, place.Labels)
}

func (p *policies) internal(address, namespace string, labels map[string]string) *matcher.TrafficPeer {
	namespaceLabels := map[string]string{"kubernetes.io/metadata.name": namespace}
	maps.Copy(namespaceLabels, p.labels[namespace])
	return &matcher.TrafficPeer{IP: address, Internal: &matcher.InternalPeer{Namespace: namespace, NamespaceLabels: namespaceLabels, PodLabels: labels}}
}

func (p *policies) speaksOf(from, to peer) bool {
	if source := from.traffic.Internal; source != nil && len(p.policy.TargetsApplyingToPod(false, source.Namespace, source.PodLabels)) > 0 {
		return true
	}
	target := to.traffic.Internal
	return target != nil && len(p.policy.TargetsApplyingToPod(true, target.Namespace, target.PodLabels)) > 0
}

func (p *policies) allowed(from, to peer, port int, protocol corev1.Protocol) bool {
	return p.policy.IsTrafficAllowed(&matcher.Traffic{
		Source: from.traffic, Destination: to.traffic, ResolvedPort: port, Protocol: protocol,
	}).IsAllowed()
}

// reachIstiod finds proxies that a real cluster would cut off from their control
// plane; the lab's are connected by a socket that no policy touches.
func (p *policies) reachIstiod() error {
	stated := p.world.Stated.Istiod
	istiod := peer{"istiod", netip.Addr{}, p.place(stated, "10.244.255.54")}
	var problems []error
	for _, pod := range p.world.Pods {
		from := peer{pod.ID(), pod.IP, p.internal(pod.IP.String(), pod.Namespace, pod.Labels)}
		if pod.Role != world.Plain && !p.allowed(from, istiod, stated.Port, corev1.ProtocolTCP) {
			where := stated.Address
			if where == "" {
				where = fmt.Sprintf("pods app=%s of %s", stated.Labels["app"], stated.Namespace)
			}
			problems = append(problems, fmt.Errorf("a NetworkPolicy cuts the proxy of %s off from istiod (%s, port %d)", pod.ID(), where, stated.Port))
		}
	}
	return errors.Join(problems...)
}

// knownPorts are all ports that anything in the world listens on, or that a call dials.
func knownPorts(w *world.World, calls []world.Call) []int {
	found := map[int]bool{w.Stated.DNS.Port: true}
	for _, service := range w.Services {
		for _, port := range service.Object.Spec.Ports {
			if target, ok := service.TargetPort(int(port.Port)); ok {
				found[target] = true
			}
		}
	}
	for _, server := range w.Stated.Servers {
		for _, port := range server.Ports {
			found[port.Port] = true
		}
		if server.Runs != nil {
			found[server.Runs.Port] = true
		}
	}
	for _, call := range calls {
		found[call.To.Port] = true
	}
	return slices.Sorted(maps.Keys(found))
}
