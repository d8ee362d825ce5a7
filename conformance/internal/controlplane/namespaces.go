//go:build !istio130

package controlplane

import (
	"context"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"istio.io/istio/pkg/kube/multicluster"
)

// tellNamespaces tells the registry of ServiceEntries which namespaces there are, by whose labels MeshConfig's serviceEntryVisibility selects:
// the discovery server for tests gives that registry an empty cluster of its own, and keeps it to itself.
func (c *ControlPlane) tellNamespaces() error {
	if c.Mesh.ServiceEntryVisibility == nil {
		return nil
	}
	field := reflect.ValueOf(c.Server.ServiceEntryRegistry).Elem().FieldByName("multiclusterController")
	empty := (*multicluster.Controller)(field.UnsafePointer()).ConfigCluster().Client.Kube().CoreV1().Namespaces()
	for _, object := range c.World.Objects() {
		namespace, ok := object.(*corev1.Namespace)
		if !ok {
			continue
		}
		if _, err := empty.Create(context.Background(), namespace, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return nil
}
