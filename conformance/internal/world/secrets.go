package world

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	networking "istio.io/api/networking/v1alpha3"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Authorities of the lab: the mesh's, the one of the servers outside, and the
// one whose client certificates those servers take.
type Authorities struct {
	Mesh, Outside, Clients *Authority
	// Unknown signs what nobody trusts.
	Unknown *Authority
}

// addSecrets makes every Secret that a credentialName asks for or a proxy
// mounts, and the manifests do not hold: a client certificate and the CA of the servers outside.
func (w *World) addSecrets() error {
	var err error
	if w.Authorities.Mesh, err = NewAuthority("lab mesh CA"); err != nil {
		return err
	}
	if w.Authorities.Outside, err = NewAuthority("lab outside CA"); err != nil {
		return err
	}
	if w.Authorities.Clients, err = NewAuthority("lab clients CA"); err != nil {
		return err
	}
	if w.Authorities.Unknown, err = NewAuthority("lab unknown CA"); err != nil {
		return err
	}
	if err := w.addServerSecrets(); err != nil {
		return err
	}
	for _, rule := range manifests.Specs[*networking.DestinationRule](w.Manifests) {
		for _, settings := range originations(rule.Spec.GetTrafficPolicy()) {
			name := settings.GetCredentialName()
			w.addConfigMap(name)
			if name == "" || strings.Contains(name, "://") || w.hasSecret(rule.Namespace, name) {
				continue
			}
			if err := w.addSecret(rule.Namespace, name); err != nil {
				return err
			}
		}
	}
	return w.addMountedSecrets()
}

func originations(policy *networking.TrafficPolicy) []*networking.ClientTLSSettings {
	var out []*networking.ClientTLSSettings
	if policy.GetTls() != nil {
		out = append(out, policy.GetTls())
	}
	for _, port := range policy.GetPortLevelSettings() {
		if port.GetTls() != nil {
			out = append(out, port.GetTls())
		}
	}
	return out
}

func (w *World) hasSecret(namespace, name string) bool {
	for _, secret := range append(manifests.Typed[*corev1.Secret](w.Manifests), w.Secrets...) {
		if secret.Namespace == namespace && secret.Name == name {
			return true
		}
	}
	return false
}

func (w *World) addSecret(namespace, name string) error {
	clients, outside := w.Authorities.Clients, w.Authorities.Outside
	switch w.holds(namespace, name) {
	case "nothing":
		w.note("no secret %s/%s, as calls.json states it", namespace, name)
		return nil
	case "unknown-client":
		clients = w.Authorities.Unknown
	case "unknown-authority":
		outside = w.Authorities.Unknown
	}
	leaf, err := clients.Issue(Name{Common: name})
	if err != nil {
		return err
	}
	w.Secrets = append(w.Secrets, &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Type:       corev1.SecretTypeTLS,
		Data:       map[string][]byte{"tls.crt": leaf.Certificate, "tls.key": leaf.Key, "ca.crt": outside.PEM},
	})
	w.note("secret %s/%s: a client certificate of subject CN=%s, and the CA of the servers outside", namespace, name, name)
	return nil
}
