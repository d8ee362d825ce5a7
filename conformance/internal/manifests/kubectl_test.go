package manifests_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: obj}\n"

func TestKubectl(t *testing.T) {
	for _, row := range []struct{ name, text, problem string }{
		{"nothing", "", ""},
		{"documents", account + "---\n---\n# nothing\n---\n" + account, ""},
		{"a list", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ServiceAccount, metadata: {name: obj}}]\n", ""},
		{"a declaration", `{"class": "AS3"}`, "'Kind' is missing"},
		{"a configuration", "server {\n  listen 443;\n}\n", "unable to decode"},
		{"one of two", `{"class": "AS3"}` + "\n---\n" + account, "'Kind' is missing"},
	} {
		err := manifests.Kubectl(strings.NewReader(row.text))
		if (err == nil) != (row.problem == "") || err != nil && !strings.Contains(err.Error(), row.problem) {
			t.Errorf("%s: want %q, got %v", row.name, row.problem, err)
		}
	}
}

func TestKubectlFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("b.yaml", strings.Replace(account, "name: obj", "name: b", 1))
	write("a.yml", "---\n"+account)
	write("nginx.conf", "server {\n")
	write("below/declaration.json", `{"class": "AS3"}`)
	text, err := manifests.KubectlFiles(folder)
	if err != nil || text != "---\n"+account+"\n---\n"+strings.Replace(account, "name: obj", "name: b", 1) {
		t.Errorf("a.yml before b.yaml, and no other file: %q, %v", text, err)
	}
	write("declaration.json", `{"class": "AS3"}`)
	if _, err := manifests.KubectlFiles(folder); err == nil || !strings.Contains(err.Error(), "'Kind' is missing") {
		t.Errorf("kubectl takes .json too: %v", err)
	}
	if _, err := manifests.KubectlFiles(filepath.Join(folder, "none")); err == nil {
		t.Error("there is no such file")
	}
}
