package world_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const schema = "../../../examples/calls.schema.json"

const minimal = `{"title": "t", "world": {"servers": [{"name": "s", "hosts": ["*.x.org"], "addresses": ["192.0.2.1"], "ports": [{"port": 443, "protocol": "tls"}]}],
  "gateways": [{"namespace": "n", "service": "g", "labels": {"a": "b"}, "serviceAccount": "sa", "ports": [{"port": 443}]}]},
  "calls": [
    {"name": "one", "from": {"namespace": "a"}, "to": {"host": "www.x.org", "port": 443}, "how": {"protocol": "tls", "sni": null}, "expect": {"way": [{"sidecar": "a"}, {"server": "s", "sni": null}]}},
    {"name": "two", "from": {"namespace": "a"}, "to": {"address": "192.0.2.9", "port": 443}, "expect": {"refused": "blackhole"}}]}`

func TestDefaults(t *testing.T) {
	scenario, err := world.Decode("minimal", []byte(minimal), schema)
	if err != nil {
		t.Fatal(err)
	}
	if scenario.World.OutboundTrafficPolicy != "ALLOW_ANY" || scenario.World.TrustDomain != "cluster.local" {
		t.Errorf("world %+v", scenario.World)
	}
	if got := scenario.World.Gateways[0].Ports[0].TargetPort; got != 443 {
		t.Errorf("target port %d", got)
	}
	one, two := scenario.Calls[0], scenario.Calls[1]
	if !one.From.HasSidecar() || one.From.ServiceAccount != "default" || two.How.Protocol != "tcp" {
		t.Errorf("calls %+v %+v", one, two)
	}
	if one.SentSNI() != "" || two.SentHost() != "192.0.2.9" {
		t.Errorf("sent SNI %q, sent host %q", one.SentSNI(), two.SentHost())
	}
	if sni := one.Expect.Way[1].SNI; !sni.Set || sni.Value != "" {
		t.Errorf("null is an expectation, got %+v", sni)
	}
	if sni := one.Expect.Way[0].SNI; sni.Set {
		t.Errorf("what is left out is not, got %+v", sni)
	}
}

func TestTheMeshConfigLiesBesideTheCalls(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "x.calls.json")
	text := strings.Replace(minimal, `"world": {`, `"world": {"meshConfig": "mesh.yaml", `, 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := world.Load(path, schema); err == nil || !strings.Contains(err.Error(), "mesh.yaml") {
		t.Errorf("want a problem with the missing file, got %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "mesh.yaml"), []byte("trustDomain: x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if scenario, err := world.Load(path, schema); err != nil || scenario.World.MeshYAML != "trustDomain: x" {
		t.Errorf("%+v, %v", scenario, err)
	}
}

func TestRefusesBadFiles(t *testing.T) {
	for _, row := range []struct{ from, to, problem string }{
		{`"port": 443, "protocol": "tls"`, `"port": 443, "protocol": "quic"`, "protocol"},
		{`"refused": "blackhole"`, `"refused": "whatever"`, "refused"},
		{`"title": "t",`, ``, "title"},
		{`"refused": "blackhole"`, `"refused": "blackhole", "audit": [{"caller": ["a"]}]`, "audit"},
		{`"name": "two"`, `"name": "one"`, `two calls are called "one"`},
		{`{"server": "s", "sni": null}`, `{"server": "nobody"}`, `no server is called "nobody"`},
		{`, {"server": "s", "sni": null}]`, `]`, "a way ends with its only server"},
		{`"how": {"protocol": "tls", "sni": null}`, `"how": {"through": {"proxy": "s", "security": "mutual-tls"}}`, `no proxy that runs outside is called "s"`},
		{`"how": {"protocol": "tls", "sni": null}`, `"how": {"through": {"security": "mutual-tls"}}`, "through"},
		{`"ports": [{"port": 443, "protocol": "tls"}]`, `"runs": {"program": "envoy", "port": 443}`, "runs"},
	} {
		if !strings.Contains(minimal, row.from) {
			t.Fatalf("the row changes nothing: %s", row.from)
		}
		_, err := world.Decode("bad", []byte(strings.Replace(minimal, row.from, row.to, 1)), schema)
		if err == nil || !strings.Contains(err.Error(), row.problem) {
			t.Errorf("%s: want a problem with %q, got %v", row.to, row.problem, err)
		}
	}
}
