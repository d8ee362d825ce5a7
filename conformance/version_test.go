package main

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
)

// module is the lab's own go.mod.
func module(t *testing.T) *modfile.File {
	t.Helper()
	raw, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse("go.mod", raw, nil)
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
	file := module(t)
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

// The API server's code and the parts that it is made of are of one version.
func TestKubernetesIsOfOneVersion(t *testing.T) {
	file := module(t)
	versions := map[string]string{}
	for _, require := range file.Require {
		versions[require.Mod.Path] = require.Mod.Version
	}
	minor := strings.TrimPrefix(versions["k8s.io/kubernetes"], "v1.")
	if minor == "" {
		t.Fatal("go.mod does not require k8s.io/kubernetes")
	}
	for _, replace := range file.Replace {
		if !strings.HasPrefix(replace.New.Path, "k8s.io/") {
			continue
		}
		if replace.New.Version != "v0."+minor {
			t.Errorf("k8s.io/kubernetes is v1.%s, %s is replaced by %s", minor, replace.Old.Path, replace.New.Version)
		}
	}
}

// The proxies say which Istio they are; the control plane withholds what is newer.
func TestProxiesAreOfTheApisVersion(t *testing.T) {
	raw, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	minor := controlplane.IstioVersion[:strings.LastIndex(controlplane.IstioVersion, ".")]
	if !strings.Contains(string(raw), "istio.io/api => istio.io/api v"+minor+".") {
		t.Errorf("proxies say %s, go.mod has another istio.io/api", controlplane.IstioVersion)
	}
}
