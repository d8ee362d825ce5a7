package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
)

const recipes = "../../testdata/recipes"

func newLab(t *testing.T) *scenario.Lab {
	t.Helper()
	accept, err := judges.NewAccept()
	if err != nil {
		t.Fatal(err)
	}
	lab := &scenario.Lab{Schema: "../../../examples/calls.schema.json", Accept: accept}
	lab.Run, err = judges.NewRunLab()
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
