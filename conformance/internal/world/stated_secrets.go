package world

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// holds is what calls.json states of a Secret; empty if nothing.
func (w *World) holds(namespace, name string) string {
	for _, secret := range w.Stated.Secrets {
		if secret.Namespace == namespace && secret.Name == name {
			return secret.Holds
		}
	}
	return ""
}

// addServerSecrets makes the Secrets that the pods of a server outside mount and
// the manifests do not hold: its certificate, and the CA of its clients.
func (w *World) addServerSecrets() error {
	for _, server := range w.Stated.Servers {
		service := w.Service(server.Service)
		if service == nil {
			continue
		}
		for _, pod := range service.Pods {
			if pod.Template == nil {
				continue
			}
			for _, volume := range pod.Template.Volumes {
				if volume.Secret == nil || w.hasSecret(pod.Namespace, volume.Secret.SecretName) {
					continue
				}
				leaf, err := w.Authorities.Outside.Issue(Name{Common: server.Name, Hosts: server.Hosts})
				if err != nil {
					return err
				}
				w.Secrets = append(w.Secrets, &corev1.Secret{
					TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
					ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: volume.Secret.SecretName},
					Data:       map[string][]byte{"tls.crt": leaf.Certificate, "tls.key": leaf.Key, "ca.crt": w.Authorities.Clients.PEM},
				})
				w.note("secret %s/%s: a server certificate for %v, and the CA of its clients", pod.Namespace, volume.Secret.SecretName, server.Hosts)
			}
		}
	}
	return nil
}

// addConfigMap makes the ConfigMap of a credentialName "configmap://namespace/name",
// with the CA of the servers outside, if the manifests do not hold it.
func (w *World) addConfigMap(credentialName string) {
	path, found := strings.CutPrefix(credentialName, "configmap://")
	namespace, name, whole := strings.Cut(path, "/")
	if !found || !whole || w.holds(namespace, name) == "nothing" {
		return
	}
	present := func(config *corev1.ConfigMap) bool { return config.Namespace == namespace && config.Name == name }
	if slices.ContainsFunc(append(manifests.Typed[*corev1.ConfigMap](w.Manifests), w.ConfigMaps...), present) {
		return
	}
	w.ConfigMaps = append(w.ConfigMaps, &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Data:       map[string]string{"ca.crt": string(w.Authorities.Outside.PEM)},
	})
	w.note("config map %s/%s: the CA of the servers outside", namespace, name)
}
