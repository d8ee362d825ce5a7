// Package sizes measures what the control plane sends to proxies.
package sizes

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Part is the resources of one kind.
type Part struct {
	Count int `json:"count"`
	Bytes int `json:"bytes"`
}

// Size is what one proxy gets.
type Size struct {
	Proxy     string `json:"proxy"`
	Clusters  Part   `json:"clusters"`
	Endpoints Part   `json:"endpoints"`
	Listeners Part   `json:"listeners"`
	Routes    Part   `json:"routes"`
}

// Bytes is the sum.
func (s Size) Bytes() int {
	return s.Clusters.Bytes + s.Endpoints.Bytes + s.Listeners.Bytes + s.Routes.Bytes
}

// Elsewhere is a namespace that no manifest speaks of.
const Elsewhere = "elsewhere"

// StatedGateway is the gateway that Istio's documents use, with a Service of two ports.
var StatedGateway = world.Gateway{
	Namespace: "istio-system", Service: "istio-egressgateway", Labels: map[string]string{"istio": "egressgateway"},
	ServiceAccount: "istio-egressgateway-service-account",
	Ports:          []world.GatewayPort{{Port: 443, TargetPort: 8443}, {Port: 80, TargetPort: 8080}},
}

// Measure builds the configuration of a sidecar in every namespace given and of
// every gateway, over the manifests and the gateways stated.
func Measure(set *manifests.Set, stated world.Stated, namespaces []string) ([]Size, error) {
	plane, err := controlplane.StartWithSidecars(set, stated, namespaces)
	if err != nil {
		return nil, err
	}
	defer plane.Stop()
	var sizes []Size
	for _, pod := range plane.World.Pods {
		if pod.Role == world.Plain {
			continue
		}
		name := "sidecar in " + pod.Namespace
		if pod.Role == world.InGateway {
			name = "gateway " + pod.ID()
		}
		sizes = append(sizes, measure(plane, pod, name))
	}
	return sizes, nil
}

func measure(plane *controlplane.ControlPlane, pod *world.Pod, name string) Size {
	proxy := plane.Proxy(pod)
	listeners := plane.Server.Listeners(proxy)
	return Size{
		Proxy:     name,
		Clusters:  part(plane.Server.Clusters(proxy)),
		Endpoints: part(plane.Server.Endpoints(proxy)),
		Listeners: part(listeners),
		Routes:    part(plane.Server.RoutesFromListeners(proxy, listeners)),
	}
}

func part[M proto.Message](resources []M) Part {
	total := Part{Count: len(resources)}
	for _, resource := range resources {
		total.Bytes += proto.Size(resource)
	}
	return total
}

// Table prints sizes for people.
func Table(sizes []Size) string {
	out := &strings.Builder{}
	fmt.Fprintf(out, "%-44s %12s %18s %18s %18s %18s\n", "proxy", "bytes", "clusters", "endpoints", "listeners", "routes")
	for _, size := range sizes {
		fmt.Fprintf(out, "%-44s %12d", size.Proxy, size.Bytes())
		for _, part := range []Part{size.Clusters, size.Endpoints, size.Listeners, size.Routes} {
			fmt.Fprintf(out, " %7d %10d", part.Count, part.Bytes)
		}
		out.WriteByte('\n')
	}
	return out.String()
}
