package injection_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"istio.io/api/mesh/v1alpha1"
	"istio.io/istio/operator/pkg/helm"
	"istio.io/istio/operator/pkg/values"
	"istio.io/istio/pkg/util/protomarshal"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// What the examples say that the mesh must be told is what Istio's chart takes, and hands on to istiod.
func TestIstiodValuesReachIstiod(t *testing.T) {
	files, err := filepath.Glob("../../../examples/*.istiod-values.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no values of examples: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			given := map[string]any{}
			if err := yaml.UnmarshalStrict(text, &given); err != nil {
				t.Fatal(err)
			}
			charts, _, err := helm.Render("istiod", "istio-system", "istio-control/istio-discovery", values.Map{"spec": values.Map{"values": values.Map(given)}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			environment, mesh := map[string]any{}, map[string]any{}
			for _, object := range charts {
				switch {
				case object.GetKind() == "Deployment":
					deployment := appsv1.Deployment{}
					if err := yaml.Unmarshal([]byte(object.Content), &deployment); err != nil {
						t.Fatal(err)
					}
					for _, variable := range deployment.Spec.Template.Spec.Containers[0].Env {
						environment[variable.Name] = variable.Value
					}
				case object.GetKind() == "ConfigMap" && object.GetName() == "istio":
					configMap := corev1.ConfigMap{}
					if err := yaml.Unmarshal([]byte(object.Content), &configMap); err != nil {
						t.Fatal(err)
					}
					if err := protomarshal.ApplyYAMLStrict(configMap.Data["mesh"], &v1alpha1.MeshConfig{}); err != nil {
						t.Fatalf("istiod would not take it: %v", err)
					}
					if err := yaml.Unmarshal([]byte(configMap.Data["mesh"]), &mesh); err != nil {
						t.Fatal(err)
					}
				}
			}
			if len(environment) == 0 || !holds(environment, given["env"]) {
				t.Errorf("istiod's environment is %v, without all of %v", environment, given["env"])
			}
			if len(mesh) == 0 || !holds(mesh, given["meshConfig"]) {
				t.Errorf("the mesh is told %v, without all of %v", mesh, given["meshConfig"])
			}
		})
	}
}

// holds tells whether all that is given is there, among more.
func holds(there, given any) bool {
	fields, nested := given.(map[string]any)
	if !nested {
		return reflect.DeepEqual(there, given)
	}
	all, _ := there.(map[string]any)
	for name, value := range fields {
		if !holds(all[name], value) {
			return false
		}
	}
	return true
}
