package controlplane

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/schema/kind"
	"istio.io/istio/pkg/util/sets"
)

// RenewSecret changes a Secret of the cluster, and tells the discovery server as
// istiod's own watch does, which the server for tests does not set up.
func (c *ControlPlane) RenewSecret(ctx context.Context, secret *corev1.Secret) error {
	if c.elsewhere != nil {
		return c.elsewhere.Renew(ctx, secret)
	}
	if _, err := c.Server.KubeClient().Kube().CoreV1().Secrets(secret.Namespace).Update(ctx, secret, metav1.UpdateOptions{}); err != nil {
		return err
	}
	c.Server.Discovery.ConfigUpdate(&model.PushRequest{
		ConfigsUpdated: sets.New(model.ConfigKey{Kind: kind.Secret, Name: secret.Name, Namespace: secret.Namespace}),
		Reason:         model.NewReasonStats(model.SecretTrigger),
	})
	return nil
}
