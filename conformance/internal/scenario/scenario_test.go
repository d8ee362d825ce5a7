package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const recipes = "../../testdata/recipes"

func newLab(t *testing.T) *scenario.Lab {
	t.Helper()
	acceptance, err := accept.New()
	if err != nil {
		t.Fatal(err)
	}
	lab := &scenario.Lab{Schema: "../../../examples/calls.schema.json", Accept: acceptance}
	lab.Run, err = live.NewLab()
	if err != nil {
		lab.Run, lab.NoRun = nil, err.Error()
		if os.Getenv("CI") == "true" {
			t.Fatalf("real proxies cannot run here: %v", err)
		}
		t.Logf("REAL PROXIES CANNOT RUN HERE, their column is n/a: %v", err)
	}
	t.Cleanup(lab.Close)
	return lab
}

// The recipes of the design behave as it says.
func TestRecipes(t *testing.T) {
	lab := newLab(t)
	found, err := filepath.Glob(filepath.Join(recipes, "*.calls.json"))
	if err != nil || len(found) < 10 {
		t.Fatalf("recipes: %v, %v", found, err)
	}
	for _, calls := range found {
		name := strings.TrimSuffix(filepath.Base(calls), ".calls.json")
		t.Run(name, func(t *testing.T) {
			result, err := lab.Judge(name, filepath.Join(recipes, name+".k8s.yaml"), calls)
			if err != nil {
				t.Fatal(err)
			}
			if !result.Passed() {
				t.Error(result.Table())
			}
			passed := 0
			for _, cell := range result.Cells {
				if cell.Mark == judges.Passed {
					passed++
				}
			}
			if passed == 0 {
				t.Error("no cell was judged")
			}
		})
	}
}

// What the platform's app and a team's write in a locked namespace does together what the team's does alone.
func TestPlatformAndTeam(t *testing.T) {
	lab, folder := newLab(t), "../../../examples/"
	both := ""
	for _, name := range []string{"admission", "team"} {
		text, err := os.ReadFile(folder + name + ".k8s.yaml")
		if err != nil {
			t.Fatal(err)
		}
		both += "---\n" + string(text)
	}
	manifests := filepath.Join(t.TempDir(), "both.k8s.yaml")
	if err := os.WriteFile(manifests, []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := lab.Judge("both", manifests, folder+"team.calls.json")
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, cell := range result.Cells {
		switch {
		case cell.Mark == judges.Passed:
			passed++
		// the lockdown's NetworkPolicy refuses whom the gateway would
		case cell.Mark == judges.Differs && cell.Seen != "refused network-policy at network":
			t.Errorf("%s: %s", cell.Call, cell.Detail)
		}
	}
	if passed == 0 {
		t.Error("no cell was judged")
	}
}

// What a caller writes of its own certificate opens no door: neither a sidecar nor the gateway hands it on.
func TestForgedCertificateHeader(t *testing.T) {
	lab := newLab(t)
	recipe := filepath.Join(recipes, "http-rules-in-the-door")
	text, err := os.ReadFile(recipe + ".k8s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stated, err := world.Load(recipe+".calls.json", lab.Schema)
	if err != nil {
		t.Fatal(err)
	}
	const door, caller = "orders-api-route-5ae3c6d3.orders.egress.internal", "spiffe://cluster.local/ns/orders/sa/checkout"
	forged := world.Call{
		From: world.From{Namespace: "orders", ServiceAccount: "shipping"},
		To:   world.To{Host: "api.example.com", Port: 80},
		How: world.How{Protocol: "http", Method: "POST", Path: "/v1/orders", Headers: map[string]string{
			"x-forwarded-client-cert": `By=spiffe://cluster.local/ns/istio-system/sa/istio-egressgateway-service-account;Hash=` +
				strings.Repeat("0", 64) + `;Subject="";URI=` + caller,
		}},
		Expect: world.Expect{Refused: "denied", At: "gateway"},
	}
	bySidecar, around := forged, forged
	bySidecar.Name, around.Name = "by the sidecar", "around the sidecar"
	around.How.HostHeader = door
	around.How.Through = &world.Through{Gateway: "istio-system/istio-egressgateway", Port: 443, Security: "mutual-tls", SNI: door}
	stated.Calls = []world.Call{bySidecar, around}
	for _, row := range []struct {
		name, mesh string
		around     judges.Mark
	}{
		{"Istio's default", "", judges.Passed},
		{"a gateway that hands on what comes", "defaultConfig: {gatewayTopology: {forwardClientCertDetails: ALWAYS_FORWARD_ONLY}}", judges.Differs},
	} {
		stated.World.MeshYAML = row.mesh
		result, err := lab.JudgeCalls(row.name, string(text), stated)
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range result.Cells {
			want := judges.Passed
			if cell.Call == around.Name {
				want = row.around
			}
			if cell.Mark != want && (cell.Judge == "simulate" || lab.Run != nil) {
				t.Errorf("%s, %s: want %s\n%s", cell.Call, cell.Judge, want, result.Table())
			}
		}
	}
}

// A run leaves nothing behind.
func TestNothingIsLeft(t *testing.T) {
	lab := newLab(t)
	if lab.Run == nil {
		t.Skip("no real proxies here; newLab said why")
	}
	name := filepath.Join(recipes, "tls-mtls")
	if _, err := lab.Judge("tls-mtls", name+".k8s.yaml", name+".calls.json"); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"/var/run/netns/conformance-*", "/etc/netns/conformance-*"} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}
