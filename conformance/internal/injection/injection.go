// Package injection makes of a pod what Istio's webhook does, by the templates of
// Istio's own chart. Sidecars leave redirection to Istio's CNI plugin: without it
// their init container has rights that Pod Security refuses anywhere but at
// `privileged`.
package injection

import (
	"fmt"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/operator/pkg/render"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/kube/inject"
)

// Label says of a pod whether a proxy joins it.
const Label = "sidecar.istio.io/inject"

// auto is the image of containers that the webhook gives one.
const auto = "auto"

type injector struct {
	templates inject.Templates
	values    inject.ValuesConfig
	mesh      *meshconfig.MeshConfig
}

var settings = sync.OnceValues(rendered)

// Pod is the pod with what the webhook adds to it.
func Pod(pod *corev1.Pod) (*corev1.Pod, error) {
	from, err := settings()
	if err != nil {
		return nil, fmt.Errorf("istio's injection templates: %w", err)
	}
	var skipped []string
	injected, err := inject.IntoObject(nil, from.templates, from.values, pod.Labels["istio.io/rev"], from.mesh, pod,
		func(warning string) { skipped = append(skipped, strings.TrimSpace(warning)) })
	if err != nil {
		return nil, err
	}
	if len(skipped) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(skipped, "; "))
	}
	return injected.(*corev1.Pod), nil
}

// Waits says whether the pod is nothing without the webhook.
func Waits(pod *corev1.Pod) bool {
	for _, container := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		if container.Image == auto {
			return true
		}
	}
	return false
}

func rendered() (injector, error) {
	charts, _, err := render.GenerateManifest(nil, []string{"components.cni.enabled=true"}, false, nil, nil)
	if err != nil {
		return injector{}, err
	}
	data := map[string]map[string]string{}
	for _, chart := range charts {
		for _, object := range chart.Manifests {
			if object.GetKind() != "ConfigMap" {
				continue
			}
			configMap := corev1.ConfigMap{}
			if err := yaml.Unmarshal([]byte(object.Content), &configMap); err != nil {
				return injector{}, err
			}
			data[configMap.Name] = configMap.Data
		}
	}
	config, err := inject.UnmarshalConfig([]byte(data["istio-sidecar-injector"]["config"]))
	if err != nil {
		return injector{}, err
	}
	values, err := inject.NewValuesConfig(data["istio-sidecar-injector"]["values"])
	if err != nil {
		return injector{}, err
	}
	meshConfig, err := mesh.ApplyMeshConfigDefaults(data["istio"]["mesh"])
	return injector{config.Templates, values, meshConfig}, err
}
