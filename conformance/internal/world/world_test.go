package world_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: sni, namespace: egress}
spec:
  selector: {matchLabels: {app: sni}}
  template:
    metadata:
      labels: {app: sni, sidecar.istio.io/inject: "true"}
      annotations: {inject.istio.io/templates: gateway}
    spec: {serviceAccountName: out, containers: [{name: istio-proxy, image: auto, ports: [{name: door, containerPort: 8443}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: sni, namespace: egress}
spec: {selector: {app: sni}, ports: [{name: tls, port: 443, targetPort: door}]}
`

func derive(t *testing.T, text string, calls ...world.Call) *world.World {
	t.Helper()
	set, err := manifests.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	scenario := &world.Scenario{Calls: calls, World: world.Stated{TrustDomain: "cluster.local", Servers: []world.Server{
		{Name: "exact", Hosts: []string{"www.x.org"}, Addresses: []string{"192.0.2.1"}},
		{Name: "wild", Hosts: []string{"*.x.org"}, Addresses: []string{"192.0.2.2"}},
	}}}
	w, err := world.Derive(set, scenario)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestGatewayOfADeployment(t *testing.T) {
	w := derive(t, deployment)
	service := w.Service("egress/sni")
	if service == nil || len(service.Pods) != 1 {
		t.Fatalf("service %+v", service)
	}
	pod := service.Pods[0]
	if pod.Role != world.InGateway || pod.Identity("td") != "spiffe://td/ns/egress/sa/out" {
		t.Errorf("pod %+v", pod)
	}
	if target, ok := service.TargetPort(443); !ok || target != 8443 {
		t.Errorf("a named target port is the container's: %d %v", target, ok)
	}
	if port, ok := service.ServicePort(8443); !ok || port != 443 {
		t.Errorf("service port %d %v", port, ok)
	}
	if _, ok := service.TargetPort(80); ok {
		t.Error("port 80 is not on the service")
	}
	if len(w.Added) == 0 {
		t.Error("what was added is not said")
	}
}

func TestCallersAreSharedByWhatTheyAre(t *testing.T) {
	no := false
	a := world.From{Namespace: "a", ServiceAccount: "default"}
	w := derive(t, deployment,
		world.Call{Name: "1", From: a}, world.Call{Name: "2", From: a},
		world.Call{Name: "3", From: world.From{Namespace: "a", ServiceAccount: "other"}},
		world.Call{Name: "4", From: world.From{Namespace: "a", ServiceAccount: "default", Sidecar: &no}})
	if w.Callers["1"] != w.Callers["2"] || w.Callers["1"] == w.Callers["3"] || w.Callers["1"] == w.Callers["4"] {
		t.Errorf("callers %v", w.Callers)
	}
	if w.Callers["4"].Role != world.Plain {
		t.Errorf("role %s", w.Callers["4"].Role)
	}
}

func TestResolve(t *testing.T) {
	w := derive(t, deployment)
	for host, want := range map[string][]string{
		"www.x.org": {"192.0.2.1"}, "de.x.org": {"192.0.2.2"}, "x.org": nil, "y.org": nil,
		"sni.egress.svc.cluster.local": {w.Service("egress/sni").Object.Spec.ClusterIP},
	} {
		if got := w.Resolve(host); !slices.Equal(got, want) {
			t.Errorf("%s: want %v, got %v", host, want, got)
		}
	}
}

func TestNamesLeadWhereTheyAreStated(t *testing.T) {
	set, err := manifests.Parse(deployment)
	if err != nil {
		t.Fatal(err)
	}
	names := []world.OutsideName{
		{Host: "loop.x.org", Addresses: []string{"127.0.0.1"}}, {Host: "service.x.org", Service: "egress/sni"}, {Host: "pod.x.org", PodsOf: "egress/sni"},
	}
	servers := []world.Server{{Name: "wild", Hosts: []string{"*.x.org"}, Addresses: []string{"192.0.2.2"}}}
	w, err := world.Derive(set, &world.Scenario{World: world.Stated{Servers: servers, Names: names}})
	if err != nil {
		t.Fatal(err)
	}
	service := w.Service("egress/sni")
	for host, want := range map[string]string{
		"loop.x.org": "127.0.0.1", "service.x.org": service.Object.Spec.ClusterIP, "pod.x.org": service.Pods[0].IP.String(), "other.x.org": "192.0.2.2",
	} {
		if got := w.Resolve(host); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: want %s, got %v", host, want, got)
		}
	}
	missing := world.Stated{Names: []world.OutsideName{{Host: "gone.x.org", Service: "egress/gone"}}}
	if _, err := world.Derive(set, &world.Scenario{World: missing}); err == nil || !strings.Contains(err.Error(), "gone.x.org") {
		t.Errorf("a name that leads to no Service: %v", err)
	}
}

func TestMissingSecretIsMade(t *testing.T) {
	w := derive(t, `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: d, namespace: ns}
spec: {host: h, trafficPolicy: {tls: {mode: MUTUAL, credentialName: partner}}}
`)
	if len(w.Secrets) != 1 || w.Secrets[0].Namespace != "ns" || w.Secrets[0].Name != "partner" || len(w.Secrets[0].Data["tls.key"]) == 0 {
		t.Errorf("secrets %v", w.Secrets)
	}
}
