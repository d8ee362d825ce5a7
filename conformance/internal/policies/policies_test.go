package policies

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: a}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: istio-system}}}]
      ports: [{port: 8443}]
`

const cluster = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: a}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}}]
      ports: [{port: 5353, protocol: UDP}]
    - to: [{ipBlock: {cidr: 169.254.20.10/32}}]
      ports: [{port: 53, protocol: UDP}]
    - to: [{ipBlock: {cidr: 192.0.2.15/32}}]
      ports: [{port: 15012}]
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}, podSelector: {matchLabels: {app: db}}}]
`

func TestClusterAsStated(t *testing.T) {
	set, err := manifests.Parse(cluster)
	if err != nil {
		t.Fatal(err)
	}
	pod := &world.ServerPod{Namespace: "data", Labels: map[string]string{"app": "db"}}
	for _, row := range []struct {
		name        string
		dns, istiod world.Place
		pod         *world.ServerPod
		resolved    bool
		served      bool
		reached     bool
	}{
		{"as usual", world.Place{}, world.Place{}, nil, false, false, false},
		{"pods at another port", world.Place{Namespace: "openshift-dns", Labels: map[string]string{"dns": "default"}, Port: 5353}, world.Place{}, pod, true, false, true},
		{"pods at the usual port", world.Place{Namespace: "openshift-dns", Labels: map[string]string{"dns": "default"}}, world.Place{}, nil, false, false, false},
		{"addresses", world.Place{Address: "169.254.20.10"}, world.Place{Address: "192.0.2.15"}, nil, true, true, false},
		{"other addresses", world.Place{Address: "169.254.20.11"}, world.Place{Address: "192.0.2.15", Port: 443}, nil, false, false, false},
	} {
		w, err := world.Derive(set, &world.Scenario{
			World: world.Stated{
				DNS: row.dns, Istiod: row.istiod,
				Servers: []world.Server{{Name: "s", Addresses: []string{"10.244.7.7"}, Pod: row.pod, Ports: []world.ServerPort{{Port: 5432}}}},
			},
			Calls: []world.Call{{Name: "a", From: world.From{Namespace: "a"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		p := newPolicies(w)
		byName := map[string]peer{}
		for _, one := range p.peers() {
			byName[one.name] = one
		}
		if got := p.allowed(byName["caller-0.a"], byName["DNS"], w.Stated.DNS.Port, corev1.ProtocolUDP); got != row.resolved {
			t.Errorf("%s: DNS answers: %v", row.name, got)
		}
		if got := p.reachIstiod() == nil; got != row.served {
			t.Errorf("%s: istiod is reached: %v", row.name, got)
		}
		if got := p.allowed(byName["caller-0.a"], byName["s"], 5432, corev1.ProtocolTCP); got != row.reached {
			t.Errorf("%s: the server is reached: %v", row.name, got)
		}
	}
}

func TestPolicies(t *testing.T) {
	set, err := manifests.Parse(policy)
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.Derive(set, &world.Scenario{
		World: world.Stated{
			Servers:  []world.Server{{Name: "s", Addresses: []string{"192.0.2.1"}, Ports: []world.ServerPort{{Port: 5432}}}},
			Gateways: []world.Gateway{{Namespace: "istio-system", Service: "g", Labels: map[string]string{"a": "g"}, Ports: []world.GatewayPort{{Port: 443, TargetPort: 8443}}}},
		},
		Calls: []world.Call{{Name: "a", From: world.From{Namespace: "a"}}, {Name: "b", From: world.From{Namespace: "b"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := newPolicies(w)
	byName := map[string]peer{}
	for _, one := range p.peers() {
		byName[one.name] = one
	}
	a, b, gateway, server := byName["caller-0.a"], byName["caller-1.b"], byName["g-0.istio-system"], byName["s"]
	for _, row := range []struct {
		name     string
		from, to peer
		port     int
		speaks   bool
		allowed  bool
	}{
		{"to the gateway", a, gateway, 8443, true, true},
		{"to another port of the gateway", a, gateway, 15021, true, false},
		{"to the outside", a, server, 5432, true, false},
		{"to another namespace", a, b, 80, true, false},
		{"of another namespace", b, server, 5432, false, true},
		{"back", gateway, a, 80, false, true},
	} {
		if got := p.speaksOf(row.from, row.to); got != row.speaks {
			t.Errorf("%s: speaks of it: %v", row.name, got)
		}
		if got := p.allowed(row.from, row.to, row.port, corev1.ProtocolTCP); got != row.allowed {
			t.Errorf("%s: allowed: %v", row.name, got)
		}
	}
	if p.reachIstiod() == nil {
		t.Error("the policy cuts the proxy of namespace a off from istiod")
	}
}
