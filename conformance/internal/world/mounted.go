package world

import (
	"fmt"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// proxyContainer is what Istio's injection makes into a proxy.
const proxyContainer = "istio-proxy"

// MountedFile is a file of a pod's proxy; false if it lies in no volume of it.
func (w *World) MountedFile(pod *Pod, file string) ([]byte, bool, error) {
	if pod == nil || pod.Template == nil {
		return nil, false, nil
	}
	for _, container := range pod.Template.Containers {
		for _, mount := range container.VolumeMounts {
			name, below := strings.CutPrefix(file, path.Clean(mount.MountPath)+"/")
			if container.Name != proxyContainer || !below {
				continue
			}
			for _, volume := range pod.Template.Volumes {
				if volume.Name != mount.Name {
					continue
				}
				files, err := w.VolumeFiles(pod, volume)
				if err != nil {
					return nil, true, err
				}
				content, ok := files[name]
				if !ok {
					return nil, true, fmt.Errorf("volume %s of pod %s has no file %s", volume.Name, pod.ID(), name)
				}
				return content, true, nil
			}
		}
	}
	return nil, false, nil
}

// addMountedSecrets makes the Secrets and ConfigMaps that proxies mount and the
// manifests do not hold: a client certificate and the CA of the servers outside.
func (w *World) addMountedSecrets() error {
	for _, pod := range w.Pods {
		if pod.Template == nil {
			continue
		}
		for _, volume := range proxyVolumes(pod.Template) {
			if volume.ConfigMap != nil {
				w.addConfigMap("configmap://" + pod.Namespace + "/" + volume.ConfigMap.Name)
			}
			if volume.Secret == nil || w.hasSecret(pod.Namespace, volume.Secret.SecretName) {
				continue
			}
			if err := w.addSecret(pod.Namespace, volume.Secret.SecretName); err != nil {
				return err
			}
		}
	}
	return nil
}

func proxyVolumes(template *corev1.PodSpec) []corev1.Volume {
	mounted := map[string]bool{}
	for _, container := range template.Containers {
		for _, mount := range container.VolumeMounts {
			mounted[mount.Name] = mounted[mount.Name] || container.Name == proxyContainer
		}
	}
	var out []corev1.Volume
	for _, volume := range template.Volumes {
		if mounted[volume.Name] {
			out = append(out, volume)
		}
	}
	return out
}

// VolumeFiles are the files of a ConfigMap or Secret that a pod mounts.
func (w *World) VolumeFiles(pod *Pod, volume corev1.Volume) (map[string][]byte, error) {
	files := map[string][]byte{}
	switch {
	case volume.EmptyDir != nil:
		return files, nil
	case volume.ConfigMap != nil:
		for _, config := range append(manifests.Typed[*corev1.ConfigMap](w.Manifests), w.ConfigMaps...) {
			if config.Namespace == pod.Namespace && config.Name == volume.ConfigMap.Name {
				for name, text := range config.Data {
					files[name] = []byte(text)
				}
				return selected(files, volume.ConfigMap.Items), nil
			}
		}
		return nil, fmt.Errorf("pod %s mounts config map %s, which is not in the manifests", pod.ID(), volume.ConfigMap.Name)
	case volume.Secret != nil:
		for _, secret := range append(manifests.Typed[*corev1.Secret](w.Manifests), w.Secrets...) {
			if secret.Namespace == pod.Namespace && secret.Name == volume.Secret.SecretName {
				return selected(secret.Data, volume.Secret.Items), nil
			}
		}
		return nil, fmt.Errorf("pod %s mounts secret %s, which is not in the manifests", pod.ID(), volume.Secret.SecretName)
	}
	return nil, fmt.Errorf("pod %s: volume %s is of a kind that the lab does not have", pod.ID(), volume.Name)
}

func selected(files map[string][]byte, items []corev1.KeyToPath) map[string][]byte {
	if len(items) == 0 {
		return files
	}
	out := map[string][]byte{}
	for _, item := range items {
		if content, ok := files[item.Key]; ok {
			out[item.Path] = content
		}
	}
	return out
}
