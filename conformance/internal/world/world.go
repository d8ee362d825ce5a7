package world

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Role is what stands between a pod's containers and the network.
type Role string

// The roles of a pod.
const (
	Sidecar   Role = "sidecar"
	InGateway Role = "gateway"
	Plain     Role = "plain"
)

// Pod is a pod of the lab.
type Pod struct {
	Name, Namespace, ServiceAccount string

	Labels map[string]string
	Role   Role
	IP     netip.Addr
	// Template is the pod's own spec; nil for pods that only calls.json knows.
	Template *corev1.PodSpec
	// Stated are fields that calls.json gives.
	Stated *corev1.PodSpec
}

// ID names a pod in messages and files.
func (p *Pod) ID() string { return p.Name + "." + p.Namespace }

// Place is where a pod's proxy stands, in the words of calls.json.
func (p *Pod) Place() string {
	if p.Role == InGateway {
		return "gateway"
	}
	return "sidecar"
}

// Identity is the SPIFFE URI of the pod's certificate.
func (p *Pod) Identity(trustDomain string) string {
	return "spiffe://" + trustDomain + "/ns/" + p.Namespace + "/sa/" + p.ServiceAccount
}

// Service is a Service of the cluster with the pods behind it.
type Service struct {
	Object *corev1.Service
	Pods   []*Pod
}

// Host is the Service's name in DNS.
func (s *Service) Host() string {
	return s.Object.Name + "." + s.Object.Namespace + ".svc." + manifests.Domain
}

// ID is namespace/name.
func (s *Service) ID() string { return s.Object.Namespace + "/" + s.Object.Name }

// TargetPort translates a port of the Service into one of its pods.
func (s *Service) TargetPort(port int) (int, bool) {
	for _, candidate := range s.Object.Spec.Ports {
		if int(candidate.Port) != port {
			continue
		}
		if candidate.TargetPort.Type == intstr.String {
			return s.namedPort(candidate.TargetPort.StrVal)
		}
		if candidate.TargetPort.IntVal == 0 {
			return port, true
		}
		return int(candidate.TargetPort.IntVal), true
	}
	return 0, false
}

// ServicePort is the reverse of TargetPort.
func (s *Service) ServicePort(target int) (int, bool) {
	for _, candidate := range s.Object.Spec.Ports {
		if got, ok := s.TargetPort(int(candidate.Port)); ok && got == target {
			return int(candidate.Port), true
		}
	}
	return 0, false
}

func (s *Service) namedPort(name string) (int, bool) {
	for _, pod := range s.Pods {
		if pod.Template == nil {
			continue
		}
		for _, container := range pod.Template.Containers {
			for _, port := range container.Ports {
				if port.Name == name {
					return int(port.ContainerPort), true
				}
			}
		}
	}
	return 0, false
}

// World is everything that the lab sets up.
type World struct {
	Stated    Stated
	Manifests *manifests.Set
	Pods      []*Pod
	Services  []*Service
	// Callers maps a call's name to its pod.
	Callers    map[string]*Pod
	Secrets    []*corev1.Secret
	ConfigMaps []*corev1.ConfigMap
	// Authorities sign every certificate of the lab.
	Authorities Authorities
	// DrainSeconds is how long proxies keep connections that came by a configuration of before.
	DrainSeconds int
	// Added says in words what neither manifest nor calls.json holds literally.
	Added []string

	nextPod     netip.Addr
	nextService netip.Addr
}

// DNS is the address of the Service of the cluster's resolver, as kubeadm would choose it, and dnsPod that of the pod behind it.
var (
	DNS    = netip.MustParseAddr("10.96.0.10")
	dnsPod = netip.MustParseAddr("10.244.255.53")
)

// Resolver is the address in every /etc/resolv.conf.
func (w *World) Resolver() netip.Addr {
	if address, err := netip.ParseAddr(w.Stated.DNS.Address); err == nil {
		return address
	}
	return DNS
}

// DNSServer is where the resolver itself listens.
func (w *World) DNSServer() netip.AddrPort {
	if w.Stated.DNS.Address != "" {
		return netip.AddrPortFrom(w.Resolver(), uint16(w.Stated.DNS.Port))
	}
	return netip.AddrPortFrom(dnsPod, uint16(w.Stated.DNS.Port))
}

// Derive builds the world of a scenario.
func Derive(set *manifests.Set, scenario *Scenario) (*World, error) {
	w := &World{
		Stated:       scenario.World,
		Manifests:    set,
		Callers:      map[string]*Pod{},
		DrainSeconds: 1,
		nextPod:      netip.MustParseAddr("10.244.0.2"),
		nextService:  netip.MustParseAddr("10.96.1.1"),
	}
	w.Stated.DNS = w.Stated.DNS.orElse(Place{Namespace: "kube-system", Labels: map[string]string{"k8s-app": "kube-dns"}, Port: 53})
	w.Stated.Istiod = w.Stated.Istiod.orElse(Place{Namespace: "istio-system", Labels: map[string]string{"app": "istiod", "istio": "pilot"}, Port: 15012})
	w.addDeployments()
	w.addStatedGateways()
	w.addCallers(scenario.Calls)
	if err := w.addServices(); err != nil {
		return nil, err
	}
	for _, name := range w.Stated.Names {
		if len(w.behind(name)) == 0 {
			return nil, fmt.Errorf("the name %s leads to a Service that is nowhere, or has no pods: %s%s", name.Host, name.Service, name.PodsOf)
		}
	}
	if w.Stated.MeshConfig != "" {
		w.note("the mesh's configuration of %s", w.Stated.MeshConfig)
	}
	if set.HasGatewayAPI() {
		w.note("gateway class istio")
	}
	return w, w.addSecrets()
}

func (w *World) note(format string, args ...any) {
	w.Added = append(w.Added, fmt.Sprintf(format, args...))
}

func (w *World) addPod(pod *Pod) *Pod {
	pod.IP = w.nextPod
	w.nextPod = w.nextPod.Next()
	w.Pods = append(w.Pods, pod)
	w.note("pod %s/%s (%s, service account %s, labels %v) at %s", pod.Namespace, pod.Name, pod.Role, pod.ServiceAccount, pod.Labels, pod.IP)
	return pod
}

// addDeployments makes one pod of every Deployment, whatever its replicas.
func (w *World) addDeployments() {
	for _, deployment := range manifests.Typed[*appsv1.Deployment](w.Manifests) {
		template := deployment.Spec.Template
		account := template.Spec.ServiceAccountName
		if account == "" {
			account = "default"
		}
		w.addPod(&Pod{
			Name: deployment.Name + "-0", Namespace: deployment.Namespace, ServiceAccount: account,
			Labels: template.Labels, Role: w.roleOf(deployment.Namespace, &template), Template: &template.Spec,
		})
	}
}

func (w *World) roleOf(namespace string, template *corev1.PodTemplateSpec) Role {
	inject := template.Labels["sidecar.istio.io/inject"]
	if inject == "" {
		inject = template.Annotations["sidecar.istio.io/inject"]
	}
	if inject == "" {
		for _, ns := range manifests.Typed[*corev1.Namespace](w.Manifests) {
			if ns.Name == namespace && ns.Labels["istio-injection"] == "enabled" {
				inject = "true"
			}
		}
	}
	switch {
	case inject != "true":
		return Plain
	case strings.Contains(template.Annotations["inject.istio.io/templates"], "gateway"):
		return InGateway
	default:
		return Sidecar
	}
}

func (w *World) addStatedGateways() {
	for _, gateway := range w.Stated.Gateways {
		w.addPod(&Pod{
			Name: gateway.Service + "-0", Namespace: gateway.Namespace, ServiceAccount: gateway.ServiceAccount,
			Labels: gateway.Labels, Role: InGateway,
		})
	}
}

func (w *World) addCallers(calls []Call) {
	known := map[string]*Pod{}
	for _, call := range calls {
		role := Plain
		if call.From.HasSidecar() {
			role = Sidecar
		}
		key := fmt.Sprint(call.From.Namespace, " ", call.From.ServiceAccount, " ", role, " ", call.From.Labels, " ", call.From.Spec)
		if known[key] == nil {
			known[key] = w.addPod(&Pod{
				Name: fmt.Sprintf("caller-%d", len(known)), Namespace: call.From.Namespace,
				ServiceAccount: call.From.ServiceAccount, Labels: call.From.Labels, Role: role, Stated: call.From.Spec,
			})
		}
		w.Callers[call.Name] = known[key]
	}
}

func (w *World) addServices() error {
	for _, object := range manifests.Typed[*corev1.Service](w.Manifests) {
		w.addService(object.DeepCopy())
	}
	for _, gateway := range w.Stated.Gateways {
		if w.Service(gateway.Namespace+"/"+gateway.Service) != nil {
			return fmt.Errorf("the gateway %s/%s is stated in calls.json, and a Service of that name is in the manifests", gateway.Namespace, gateway.Service)
		}
		w.addService(statedService(gateway))
		w.note("service %s/%s, as calls.json states it", gateway.Namespace, gateway.Service)
	}
	return nil
}

func (w *World) addService(object *corev1.Service) {
	if object.Spec.ClusterIP == "" {
		object.Spec.ClusterIP = w.nextService.String()
		w.nextService = w.nextService.Next()
	}
	service := &Service{Object: object}
	if len(object.Spec.Selector) > 0 {
		selector := labels.SelectorFromSet(object.Spec.Selector)
		for _, pod := range w.Pods {
			if pod.Namespace == object.Namespace && selector.Matches(labels.Set(pod.Labels)) {
				service.Pods = append(service.Pods, pod)
			}
		}
	}
	w.Services = append(w.Services, service)
	w.note("cluster IP %s for service %s, %d pod(s) behind it", object.Spec.ClusterIP, service.ID(), len(service.Pods))
}

// Service finds by namespace/name.
func (w *World) Service(id string) *Service {
	for _, service := range w.Services {
		if service.ID() == id {
			return service
		}
	}
	return nil
}

// ServiceOf finds the Service in front of a pod.
func (w *World) ServiceOf(pod *Pod) *Service {
	for _, service := range w.Services {
		if slices.Contains(service.Pods, pod) {
			return service
		}
	}
	return nil
}

// PodAt finds by address.
func (w *World) PodAt(address string) *Pod {
	for _, pod := range w.Pods {
		if pod.IP.String() == address {
			return pod
		}
	}
	return nil
}

// Namespaces are all that anything of the lab lives in, sorted.
func (w *World) Namespaces() []string {
	found := map[string]bool{"istio-system": true}
	for _, pod := range w.Pods {
		found[pod.Namespace] = true
	}
	for _, object := range w.Manifests.Objects {
		if ns := object.Raw.GetNamespace(); ns != "" {
			found[ns] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
