package controlplane

import (
	"fmt"
	"testing"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/simulation"
	"istio.io/istio/pkg/cluster"
	istiolabels "istio.io/istio/pkg/config/labels"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Proxy is a pod's proxy as the control plane knows it.
func (c *ControlPlane) Proxy(pod *world.Pod) *model.Proxy {
	kind := model.SidecarProxy
	if pod.Role == world.InGateway {
		kind = model.Router
	}
	return c.Server.SetupProxy(&model.Proxy{
		Type: kind, ID: pod.ID(), IPAddresses: []string{pod.IP.String()}, ConfigNamespace: pod.Namespace,
		DNSDomain: pod.Namespace + ".svc.cluster.local", Labels: istiolabels.Instance(pod.Labels),
		Metadata: &model.NodeMetadata{
			Namespace: pod.Namespace, ServiceAccount: pod.ServiceAccount, Labels: pod.Labels,
			ClusterID: cluster.ID("Kubernetes"), IstioVersion: IstioVersion, InterceptionMode: model.InterceptionRedirect,
		},
	})
}

// NodeID is the name by which a real proxy of the pod asks for its configuration.
func NodeID(pod *world.Pod) string {
	kind := "sidecar"
	if pod.Role == world.InGateway {
		kind = "router"
	}
	return fmt.Sprintf("%s~%s~%s~%s.svc.cluster.local", kind, pod.IP, pod.ID(), pod.Namespace)
}

// Simulation is Istio's simulation of a pod's proxy. A panic or a failed
// assertion of it is an error here.
func (c *ControlPlane) Simulation(pod *world.Pod) (sim *simulation.Simulation, err error) {
	done := make(chan struct{})
	err = fmt.Errorf("istio's simulation gave up on %s", pod.ID())
	go func() {
		defer close(done)
		sim = simulation.NewSimulation(&testing.T{}, c.Server, c.Proxy(pod))
		err = nil
	}()
	<-done
	return sim, err
}
