package scenario

import (
	"maps"
	"slices"
	"strings"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	networking "istio.io/api/networking/v1alpha3"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// expand turns a call under every outer name ("*") into one call a name.
func expand(calls []world.Call, lab *world.World) []world.Call {
	var out []world.Call
	for _, call := range calls {
		through := call.How.Through
		if through == nil || through.SNI != "*" {
			out = append(out, call)
			continue
		}
		for _, name := range outerNames(lab.Manifests) {
			copied, one := call, *through
			one.SNI = name
			copied.How.Through, copied.Expanded = &one, true
			copied.Name = call.Name + " [as " + name + "]"
			lab.Callers[copied.Name] = lab.Callers[call.Name]
			out = append(out, copied)
		}
	}
	return out
}

// outerNames are the hosts of every Gateway's server or listener that ends TLS,
// without namespaces; a wildcard is tried under one name that it covers.
func outerNames(set *manifests.Set) []string {
	names := map[string]bool{}
	for _, gateway := range manifests.Specs[*networking.Gateway](set) {
		for _, server := range gateway.Spec.Servers {
			if tls := server.GetTls(); tls == nil || tls.Mode == networking.ServerTLSSettings_PASSTHROUGH || tls.Mode == networking.ServerTLSSettings_AUTO_PASSTHROUGH {
				continue
			}
			for _, host := range server.Hosts {
				if _, after, found := strings.Cut(host, "/"); found {
					host = after
				}
				names[concrete(host)] = true
			}
		}
	}
	for _, gateway := range manifests.Typed[*gatewayv1.Gateway](set) {
		for _, listener := range gateway.Spec.Listeners {
			ends := listener.TLS != nil && (listener.TLS.Mode == nil || *listener.TLS.Mode == gatewayv1.TLSModeTerminate)
			if ends && listener.Hostname != nil {
				names[concrete(string(*listener.Hostname))] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// concrete is a name that a wildcard covers.
func concrete(host string) string {
	if after, found := strings.CutPrefix(host, "*"); found {
		return "any" + after
	}
	return host
}
