package world

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

func statedService(gateway Gateway) *corev1.Service {
	service := &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Namespace: gateway.Namespace, Name: gateway.Service, Labels: gateway.Labels},
		Spec:       corev1.ServiceSpec{Selector: gateway.Labels},
	}
	for _, port := range gateway.Ports {
		service.Spec.Ports = append(service.Spec.Ports, corev1.ServicePort{
			Name: fmt.Sprintf("tcp-%d", port.Port), Port: int32(port.Port), TargetPort: intstr.FromInt32(int32(port.TargetPort)), Protocol: corev1.ProtocolTCP,
		})
	}
	return service
}

// Objects are all Kubernetes objects that the control plane is to see: those of
// the manifests, and what the controllers of a real cluster would have made of them.
func (w *World) Objects() []runtime.Object {
	var out []runtime.Object
	known := map[string]bool{}
	for _, object := range w.Manifests.Kubernetes() {
		switch typed := object.(type) {
		case *corev1.Service:
			continue // with its cluster IP, below
		case *corev1.Namespace:
			known[typed.Name] = true
		}
		out = append(out, object)
	}
	for _, name := range w.Namespaces() {
		if !known[name] {
			out = append(out, &corev1.Namespace{
				TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"kubernetes.io/metadata.name": name}},
			})
		}
	}
	for _, secret := range w.Secrets {
		out = append(out, secret)
	}
	if w.Manifests.HasGatewayAPI() {
		out = append(out, &gatewayv1.GatewayClass{
			TypeMeta:   metav1.TypeMeta{APIVersion: gatewayv1.GroupVersion.String(), Kind: "GatewayClass"},
			ObjectMeta: metav1.ObjectMeta{Name: "istio"}, Spec: gatewayv1.GatewayClassSpec{ControllerName: "istio.io/gateway-controller"},
		})
	}
	for _, config := range w.ConfigMaps {
		out = append(out, config)
	}
	for _, pod := range w.Pods {
		out = append(out, pod.object())
	}
	for _, service := range w.Services {
		out = append(out, service.Object, service.endpoints())
	}
	return out
}

// Submitted is the pod as it is given to the API server.
func (p *Pod) Submitted() *corev1.Pod {
	pod := p.object()
	pod.Spec.NodeName, pod.Status = "", corev1.PodStatus{}
	for _, spec := range []*corev1.PodSpec{p.Template, p.Stated} {
		if spec != nil {
			pod.Spec.Tolerations, pod.Spec.NodeName = append(pod.Spec.Tolerations, spec.Tolerations...), spec.NodeName
		}
	}
	return pod
}

func (p *Pod) object() *corev1.Pod {
	podLabels := map[string]string{}
	for key, value := range p.Labels {
		podLabels[key] = value
	}
	if p.Role == Sidecar {
		podLabels["security.istio.io/tlsMode"] = "istio"
	}
	containers := []corev1.Container{{Name: "app", Image: "app"}}
	if p.Template != nil {
		containers = append([]corev1.Container(nil), p.Template.Containers...)
	}
	if p.Role != Plain && !slices.ContainsFunc(containers, func(c corev1.Container) bool { return c.Name == "istio-proxy" }) {
		containers = append(containers, corev1.Container{Name: "istio-proxy", Image: "istio/proxyv2"})
	}
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: p.Name, Labels: podLabels},
		Spec:       corev1.PodSpec{ServiceAccountName: p.ServiceAccount, NodeName: "lab", Containers: containers},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: p.IP.String(), PodIPs: []corev1.PodIP{{IP: p.IP.String()}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		},
	}
}

func (s *Service) endpoints() *discoveryv1.EndpointSlice {
	slice := &discoveryv1.EndpointSlice{
		TypeMeta: metav1.TypeMeta{APIVersion: "discovery.k8s.io/v1", Kind: "EndpointSlice"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: s.Object.Namespace, Name: s.Object.Name + "-lab",
			Labels: map[string]string{discoveryv1.LabelServiceName: s.Object.Name},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
	}
	for _, port := range s.Object.Spec.Ports {
		target, ok := s.TargetPort(int(port.Port))
		if !ok {
			continue
		}
		slice.Ports = append(slice.Ports, discoveryv1.EndpointPort{Name: ptr.To(port.Name), Port: ptr.To(int32(target)), Protocol: ptr.To(corev1.ProtocolTCP)})
	}
	for _, pod := range s.Pods {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses:  []string{pod.IP.String()},
			Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true)},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name},
		})
	}
	return slice
}

// Resolve answers like the lab's DNS: Services, then the names that are stated,
// then the servers' hosts, the exact ones before the wildcards. An exact host
// may be several servers'.
func (w *World) Resolve(host string) []string {
	for _, service := range w.Services {
		for _, name := range []string{service.Host(), service.Object.Name + "." + service.Object.Namespace + ".svc", service.Object.Name + "." + service.Object.Namespace} {
			if name == host {
				return []string{service.Object.Spec.ClusterIP}
			}
		}
	}
	for _, name := range w.Stated.Names {
		if name.Host == host {
			return w.behind(name)
		}
	}
	var best string
	var exact, addresses []string
	for _, server := range w.Stated.Servers {
		for _, candidate := range server.Hosts {
			if candidate == host {
				exact = append(exact, w.addressesOf(server)...)
			}
			if covers(candidate, host) && len(candidate) > len(best) {
				best, addresses = candidate, w.addressesOf(server)
			}
		}
	}
	if exact != nil {
		return exact
	}
	return addresses
}

func (w *World) behind(name OutsideName) []string {
	if service := w.Service(name.Service); service != nil {
		return []string{service.Object.Spec.ClusterIP}
	}
	if service := w.Service(name.PodsOf); service != nil {
		var out []string
		for _, pod := range service.Pods {
			out = append(out, pod.IP.String())
		}
		return out
	}
	return name.Addresses
}

func (w *World) addressesOf(server Server) []string {
	if service := w.Service(server.Service); service != nil {
		return []string{service.Object.Spec.ClusterIP}
	}
	return server.Addresses
}

// ServerAt finds the server at an address.
func (w *World) ServerAt(address string) *Server {
	for i, server := range w.Stated.Servers {
		for _, candidate := range w.addressesOf(server) {
			if candidate == address {
				return &w.Stated.Servers[i]
			}
		}
	}
	return nil
}

func covers(wildcard, host string) bool {
	suffix, isWildcard := cutWildcard(wildcard)
	return isWildcard && len(host) > len(suffix) && host[len(host)-len(suffix):] == suffix
}

func cutWildcard(name string) (string, bool) {
	if len(name) > 2 && name[:2] == "*." {
		return name[1:], true
	}
	return name, false
}

// Around are the objects that a cluster holds beside the manifests.
func (w *World) Around() []runtime.Object {
	own := map[runtime.Object]bool{}
	for _, object := range w.Manifests.Kubernetes() {
		own[object] = true
	}
	names := map[string]bool{}
	for _, service := range typedServices(w.Manifests.Kubernetes()) {
		names[service.Namespace+"/"+service.Name] = true
	}
	var out []runtime.Object
	for _, object := range w.Objects() {
		if service, ok := object.(*corev1.Service); own[object] || ok && names[service.Namespace+"/"+service.Name] {
			continue
		}
		out = append(out, object)
	}
	return out
}

func typedServices(objects []runtime.Object) []*corev1.Service {
	var out []*corev1.Service
	for _, object := range objects {
		if service, ok := object.(*corev1.Service); ok {
			out = append(out, service)
		}
	}
	return out
}
