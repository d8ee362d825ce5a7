package world_test

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const configured = `
apiVersion: v1
kind: ConfigMap
metadata: {name: proxy, namespace: edge}
data: {envoy.yaml: "static_resources: {}"}
`

func TestFilesOfAProxyOutside(t *testing.T) {
	const identity = "spiffe://cluster.local/ns/edge/sa/proxy"
	w := derive(t, configured)
	for _, row := range []struct {
		runs    world.Runs
		trusted bool
	}{
		{world.Runs{ConfigMap: "edge/proxy", Identity: identity}, true},
		{world.Runs{ConfigMap: "edge/proxy", Identity: identity, UnknownAuthority: true}, false},
	} {
		files, err := w.OutsideFiles(world.Server{Name: "proxy", Runs: &row.runs})
		if err != nil {
			t.Fatal(err)
		}
		if string(files["envoy.yaml"]) != "static_resources: {}" || string(files["ca.crt"]) != string(w.Authorities.Mesh.PEM) {
			t.Errorf("files %v", files)
		}
		block, _ := pem.Decode(files["tls.crt"])
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if certificate.URIs[0].String() != identity {
			t.Errorf("identity %s", certificate.URIs[0])
		}
		if _, err := certificate.Verify(x509.VerifyOptions{Roots: w.Authorities.Mesh.Pool}); (err == nil) != row.trusted {
			t.Errorf("under the mesh's roots: %v", err)
		}
	}
	_, err := w.OutsideFiles(world.Server{Name: "proxy", Runs: &world.Runs{ConfigMap: "edge/other", Identity: identity}})
	if err == nil || !strings.Contains(err.Error(), "no config map edge/other") {
		t.Errorf("a config map that is not there: %v", err)
	}
}
