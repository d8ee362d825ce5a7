package proxies

import (
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const anEntry = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: ns}
spec: {hosts: [a.example.com], exportTo: ["."], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS, location: MESH_EXTERNAL}
`

// bootstrapOf is a proxy's bootstrap in a mesh of such a MeshConfig.
func bootstrapOf(t *testing.T, role world.Role, meshYAML string) map[string]any {
	t.Helper()
	set, err := manifests.Parse(anEntry)
	if err != nil {
		t.Fatal(err)
	}
	lab, err := world.Derive(set, &world.Scenario{World: world.Stated{
		TrustDomain: "cluster.local", OutboundTrafficPolicy: "ALLOW_ANY", MeshConfig: "mesh.yaml", MeshYAML: meshYAML,
	}})
	if err != nil {
		t.Fatal(err)
	}
	plane, err := controlplane.Start(lab, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	raw, err := bootstrap(plane, &world.Pod{Name: "p", Namespace: "ns", IP: netip.MustParseAddr("10.0.0.1"), Role: role}, filepath.Join(t.TempDir(), "admin.sock"))
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// A proxy of the lab takes what a proxy of Istio's takes, as a regular expression that Envoy's own limit refuses.
func TestLongRegularExpressions(t *testing.T) {
	tools, err := FindTools()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	for name, role := range map[string]world.Role{"sidecar": world.Sidecar, "gateway": world.InGateway} {
		for _, row := range []struct {
			name, mesh, refused string
		}{
			{"as Istio sets it", "", ""},
			{"as the mesh sets it", `defaultConfig: {runtimeValues: {re2.max_program_size.error_level: "90"}}`, "RE2 program size"},
		} {
			config := bootstrapOf(t, role, row.mesh)
			config["static_resources"].(object)["listeners"] = list{listenerMatching(strings.Repeat("[a-z]", 300))}
			said := validate(t, tools.Envoy, config)
			if row.refused == "" && !strings.Contains(said, "OK") || !strings.Contains(said, row.refused) {
				t.Errorf("%s, %s: %s", name, row.name, said)
			}
		}
	}
}

// listenerMatching has a route by a regular expression.
func listenerMatching(regex string) object {
	return object{
		"name": "l", "address": object{"socket_address": object{"address": "127.0.0.1", "port_value": 0}},
		"filter_chains": list{object{"filters": list{object{
			"name": "envoy.filters.network.http_connection_manager",
			"typed_config": object{
				"@type":       "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
				"stat_prefix": "h",
				"route_config": object{"virtual_hosts": list{object{"name": "v", "domains": list{"*"}, "routes": list{object{
					"match":           object{"safe_regex": object{"regex": regex}},
					"direct_response": object{"status": 200},
				}}}}},
				"http_filters": list{object{
					"name":         "envoy.filters.http.router",
					"typed_config": object{"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
				}},
			},
		}}}},
	}
}

// validate is what Envoy says of a bootstrap.
func validate(t *testing.T, envoy string, config object) string {
	t.Helper()
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bootstrap.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	said, _ := exec.Command(envoy, "--mode", "validate", "-c", path, "--log-level", "error").CombinedOutput()
	return string(said)
}
