package manifests_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	networking "istio.io/api/networking/v1alpha3"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

func TestParse(t *testing.T) {
	set, err := manifests.Parse(`
# nothing
---
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {ports: [{port: 443}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g, namespace: ns}
spec: {selector: {a: b}}
---
apiVersion: example.com/v1
kind: Whatever
metadata: {name: w}
`)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Objects) != 3 || len(set.Configs()) != 1 || len(set.Kubernetes()) != 1 {
		t.Fatalf("%d objects, %d of Istio, %d of Kubernetes", len(set.Objects), len(set.Configs()), len(set.Kubernetes()))
	}
	service := manifests.Typed[*corev1.Service](set)[0]
	if service.Namespace != "default" || service.Spec.Ports[0].Protocol != corev1.ProtocolTCP {
		t.Errorf("the API server's defaults: %+v", service)
	}
	gateway := manifests.Specs[*networking.Gateway](set)[0]
	if gateway.Namespace != "ns" || gateway.Domain != manifests.Domain || gateway.Spec.Selector["a"] != "b" {
		t.Errorf("gateway %+v", gateway)
	}
}

func TestParseReportsEveryProblem(t *testing.T) {
	set, err := manifests.Parse(`
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {prots: []}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g}
spec: {selectors: {}}
`)
	if err == nil || !strings.Contains(err.Error(), "prots") || !strings.Contains(err.Error(), "selectors") {
		t.Errorf("both unknown fields, got %v", err)
	}
	if len(set.Objects) != 2 {
		t.Errorf("what could be read stays: %d objects", len(set.Objects))
	}
}
