package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/cluster"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
)

const examples = "../../../examples"

// What a real API server, its webhooks and a real istiod refuse is seen; what they take passes.
func TestInCluster(t *testing.T) {
	tools, err := cluster.FindTools()
	if err != nil {
		t.Skipf("THE CLUSTER CANNOT RUN HERE: %v", err)
	}
	lab := newLab(t)
	if lab.Run == nil {
		t.Skip("no real proxies here; newLab said why")
	}
	running, err := cluster.Start(tools, t.TempDir(), cluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Stop)
	judge := &scenario.InCluster{Schema: lab.Schema, Run: lab.Run, Cluster: running}
	for _, row := range []struct {
		name, example string
		change        func(string) string
		refused       string
		// differs is a part of what is seen of a call that then goes wrong.
		differs string
	}{
		{name: "as it is", example: "mutual-tls-origination-sidecar"},
		{
			name: "no Role for the Secret", example: "mutual-tls-origination-sidecar",
			change: func(text string) string { return without(text, "kind: Role\n") }, differs: "no-upstream at sidecar",
		},
		{
			name: "a range that no API server takes", example: "sni-nginx-passthrough",
			change:  func(text string) string { return strings.Replace(text, "- 10.0.0.0/8", "- ::ffff:0:0/96", 1) },
			refused: "except",
		},
		{
			name: "a host that Istio's webhook alone refuses", example: "tls-direct",
			change:  func(text string) string { return strings.Replace(text, "- api.example.com", "- api-.example.com", 1) },
			refused: "admission webhook",
		},
		{
			name: "a field that nobody knows", example: "tls-direct",
			change:  func(text string) string { return strings.Replace(text, "resolution:", "resolutions:", 1) },
			refused: "resolutions",
		},
		{name: "as it is, after all that", example: "tls-direct"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(examples, row.example+".k8s.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			changed := string(text)
			if row.change != nil {
				if changed = row.change(changed); changed == string(text) {
					t.Fatal("the change changes nothing")
				}
			}
			path := filepath.Join(t.TempDir(), "changed.k8s.yaml")
			if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
			result, err := judge.Judge(row.name, path, filepath.Join(examples, row.example+".calls.json"))
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case row.refused == "" && row.differs == "":
				if !result.Passed() {
					t.Error(result.Table())
				}
			case !strings.Contains(strings.Join(result.Accept.Errors, "\n"), row.refused):
				t.Errorf("nobody refuses it for %q: %s", row.refused, result.Table())
			case row.differs != "" && !anyDiffers(result, row.differs):
				t.Errorf("no call is %q: %s", row.differs, result.Table())
			}
		})
	}
}

// without leaves out every document that has a line.
func without(text, line string) string {
	var kept []string
	for _, document := range strings.Split(text, "---\n") {
		if !strings.Contains(document, line) {
			kept = append(kept, document)
		}
	}
	return strings.Join(kept, "---\n")
}

func anyDiffers(result *scenario.Result, seen string) bool {
	for _, cell := range result.Cells {
		if cell.Mark == judges.Differs && strings.Contains(cell.Seen, seen) {
			return true
		}
	}
	return false
}
