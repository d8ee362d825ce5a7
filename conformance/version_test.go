package main

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
)

// module is one of the lab's module files.
func module(t *testing.T, path string) *modfile.File {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse(path, raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// One file says which Istio the generated imports and the lab are of.
func TestIstioVersionIsThatOfTheImports(t *testing.T) {
	want, err := os.ReadFile("../imports/ISTIO_VERSION")
	if err != nil {
		t.Fatal(err)
	}
	file := module(t, "go.mod")
	for _, require := range file.Require {
		if require.Mod.Path == "istio.io/istio" {
			if require.Mod.Version != strings.TrimSpace(string(want)) {
				t.Errorf("go.mod has istio.io/istio %s, imports/ISTIO_VERSION %s", require.Mod.Version, want)
			}
			return
		}
	}
	t.Error("go.mod does not require istio.io/istio")
}

// Kubernetes' code and the parts that it is made of are of one version.
func TestKubernetesIsOfOneVersion(t *testing.T) {
	for _, path := range []string{"go.mod", "istio130.mod", "engines/go.mod"} {
		file := module(t, path)
		versions := map[string]string{}
		for _, require := range file.Require {
			versions[require.Mod.Path] = require.Mod.Version
		}
		minor := strings.TrimPrefix(versions["k8s.io/kubernetes"], "v1.")
		if minor == "" {
			t.Fatalf("%s does not require k8s.io/kubernetes", path)
		}
		for _, replace := range file.Replace {
			if !strings.HasPrefix(replace.New.Path, "k8s.io/") || replace.New.Path == "k8s.io/utils" {
				continue
			}
			if replace.New.Version != "v0."+minor {
				t.Errorf("%s: k8s.io/kubernetes is v1.%s, %s is replaced by %s", path, minor, replace.Old.Path, replace.New.Version)
			}
		}
	}
}

// The proxies say which Istio they are; the control plane withholds what is newer.
func TestProxiesAreOfTheApisVersion(t *testing.T) {
	raw, err := os.ReadFile(controlplane.ModuleFile)
	if err != nil {
		t.Fatal(err)
	}
	minor := controlplane.IstioVersion[:strings.LastIndex(controlplane.IstioVersion, ".")]
	if !strings.Contains(string(raw), "istio.io/api => istio.io/api v"+minor+".") {
		t.Errorf("proxies say %s, %s has another istio.io/api", controlplane.IstioVersion, controlplane.ModuleFile)
	}
}
