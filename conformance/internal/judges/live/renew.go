package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const renewedWithin = 10 * time.Second

// renew puts another client certificate, of subject CN=<name>-renewed, into the
// Secret namespace/name, and waits until a proxy has it.
func (r *Run) renew(id string) error {
	namespace, name, _ := strings.Cut(id, "/")
	index := slices.IndexFunc(r.world.Secrets, func(secret *corev1.Secret) bool { return secret.Namespace == namespace && secret.Name == name })
	if index < 0 {
		return fmt.Errorf("no Secret %s that the lab made", id)
	}
	leaf, err := r.world.Authorities.Clients.Issue(world.Name{Common: name + "-renewed"})
	if err != nil {
		return err
	}
	secret := r.world.Secrets[index].DeepCopy()
	secret.Data["tls.crt"], secret.Data["tls.key"] = leaf.Certificate, leaf.Key
	before := r.secretUpdates()
	if err := r.plane.RenewSecret(context.Background(), secret); err != nil {
		return err
	}
	for deadline := time.Now().Add(renewedWithin); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if r.secretUpdates() > before {
			return nil
		}
	}
	return fmt.Errorf("no proxy got the new certificate of %s within %s", id, renewedWithin)
}

// secretUpdates counts how often any proxy has taken certificates.
func (r *Run) secretUpdates() int {
	return r.counted(`ssl_context_update_by_sds$`)
}

// counted adds up all counters of all proxies whose names match.
func (r *Run) counted(pattern string) int {
	total := 0
	for _, envoy := range r.envoys {
		stats, err := envoy.Stats(pattern)
		if err != nil {
			continue
		}
		for _, count := range stats {
			total += count
		}
	}
	return total
}
