package controlplane

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/runtime"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"istio.io/istio/pkg/kube/controllers"
	"istio.io/istio/pkg/kube/kclient"
)

// readWithin is longer than the control plane takes to read what changes in the cluster: each kind has a queue of its own, and no mark.
const readWithin = 200 * time.Millisecond

// ChangeKubernetes puts objects of the kinds that Istio reads through Kubernetes clients and removes others, and waits as Change does.
func (c *ControlPlane) ChangeKubernetes(put, removed []runtime.Object) error {
	for _, object := range removed {
		if err := c.write(object, true); err != nil {
			return err
		}
	}
	for _, object := range put {
		if err := c.write(object, false); err != nil {
			return err
		}
	}
	time.Sleep(readWithin)
	return c.push()
}

func (c *ControlPlane) write(object runtime.Object, remove bool) error {
	switch typed := object.DeepCopyObject().(type) {
	case *corev1.Service:
		return write(c, typed, remove)
	case *discoveryv1.EndpointSlice:
		return write(c, typed, remove)
	case *gatewayv1.Gateway:
		return write(c, typed, remove)
	case *gatewayv1.HTTPRoute:
		return write(c, typed, remove)
	case *gatewayv1.TLSRoute:
		return write(c, typed, remove)
	default:
		return fmt.Errorf("the lab does not move %T", object)
	}
}

func write[T controllers.ComparableObject](c *ControlPlane, object T, remove bool) error {
	writer := kclient.NewWriteClient[T](c.Server.KubeClient())
	if remove {
		return writer.Delete(object.GetName(), object.GetNamespace())
	}
	_, err := writer.Create(object)
	return err
}
