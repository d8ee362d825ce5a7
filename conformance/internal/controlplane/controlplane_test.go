package controlplane_test

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	secretservice "github.com/envoyproxy/go-control-plane/envoy/service/secret/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const entry = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: ns1}
spec: {hosts: [a.example.com], exportTo: ["."], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS, location: MESH_EXTERNAL}
`

func start(t *testing.T, directory string) (*controlplane.ControlPlane, *world.World) {
	t.Helper()
	w := derive(t, world.Stated{})
	plane, err := controlplane.Start(w, directory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	return plane, w
}

func derive(t *testing.T, stated world.Stated) *world.World {
	t.Helper()
	stated.TrustDomain, stated.OutboundTrafficPolicy = "cluster.local", "ALLOW_ANY"
	set, err := manifests.Parse(entry)
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.Derive(set, &world.Scenario{
		World: stated,
		Calls: []world.Call{{Name: "1", From: world.From{Namespace: "ns1"}}, {Name: "2", From: world.From{Namespace: "ns2"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTheMeshIsAsStated(t *testing.T) {
	for yaml, problem := range map[string]string{
		"extensionProviders: [{name: a, envoyFileAccessLog: {path: /dev/stdout}}]": "",
		"extensionProvider: []": "extensionProvider",
		"accessLogFile: 7":      "mesh.yaml",
	} {
		plane, err := controlplane.Start(derive(t, world.Stated{MeshConfig: "mesh.yaml", MeshYAML: yaml}), "")
		if err == nil {
			plane.Stop()
		}
		if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: want a problem with %q, got %v", yaml, problem, err)
		}
	}
}

func TestAnEntryIsSeenInItsNamespace(t *testing.T) {
	plane, w := start(t, "")
	for call, want := range map[string]bool{"1": true, "2": false} {
		found := false
		for _, cluster := range plane.Server.Clusters(plane.Proxy(w.Callers[call])) {
			found = found || strings.Contains(cluster.Name, "a.example.com")
		}
		if found != want {
			t.Errorf("call %s: the cluster is there: %v", call, found)
		}
	}
}

func TestSecretsCarryTheIdentityOfTheNode(t *testing.T) {
	plane, _ := start(t, t.TempDir())
	conn, err := grpc.NewClient("unix://"+plane.SDS, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	stream, err := secretservice.NewSecretDiscoveryServiceClient(conn).StreamSecrets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	metadata, err := structpb.NewStruct(map[string]any{"NAMESPACE": "ns1", "SERVICE_ACCOUNT": "sa1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&discovery.DiscoveryRequest{Node: &core.Node{Id: "n", Metadata: metadata}, ResourceNames: []string{"default"}}); err != nil {
		t.Fatal(err)
	}
	response, err := stream.Recv()
	if err != nil || len(response.Resources) != 1 {
		t.Fatalf("%v, %v", response, err)
	}
	secret := &tls.Secret{}
	if err := response.Resources[0].UnmarshalTo(secret); err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(secret.GetTlsCertificate().GetCertificateChain().GetInlineBytes())
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil || len(certificate.URIs) != 1 || certificate.URIs[0].String() != "spiffe://cluster.local/ns/ns1/sa/sa1" {
		t.Errorf("certificate %+v, %v", certificate, err)
	}
}

func TestParseEntry(t *testing.T) {
	entry, err := controlplane.ParseEntry([]byte(`{"remote":"10.0.0.1:1","sni":"-","peer":null,"code":0,"flags":"NR"}`))
	if err != nil || entry.Remote != "10.0.0.1:1" || entry.SNI != "" || entry.Peer != "" || entry.Flags != "NR" {
		t.Errorf("entry %+v, %v", entry, err)
	}
	if _, err := controlplane.ParseEntry([]byte("[2026] warning")); err == nil {
		t.Error("that is no entry")
	}
}
