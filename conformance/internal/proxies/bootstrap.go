// Package proxies starts the programs of a pod: Envoy under Istio's xDS, and nginx.
package proxies

import (
	"encoding/json"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

type object = map[string]any
type list = []any

// bootstrap is what istio-agent would have written, as far as upstream Envoy has it.
func bootstrap(plane *controlplane.ControlPlane, pod *world.Pod, admin string) ([]byte, error) {
	runtime, err := layeredRuntime(plane.Mesh.GetDefaultConfig())
	if err != nil {
		return nil, err
	}
	ads := object{"ads": object{}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
	return json.MarshalIndent(object{
		"node": object{
			"id": controlplane.NodeID(pod), "cluster": pod.ID(),
			"metadata": object{
				"NAMESPACE": pod.Namespace, "SERVICE_ACCOUNT": pod.ServiceAccount, "LABELS": labels(pod),
				"CLUSTER_ID": "Kubernetes", "ISTIO_VERSION": controlplane.IstioVersion, "INSTANCE_IPS": pod.IP.String(),
				"INTERCEPTION_MODE": "REDIRECT", "NAME": pod.Name, "WORKLOAD_NAME": pod.Name,
			},
		},
		"layered_runtime": runtime,
		"bootstrap_extensions": list{object{
			"name":         "envoy.bootstrap.internal_listener",
			"typed_config": object{"@type": "type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener"},
		}},
		"dynamic_resources": object{
			"lds_config": ads, "cds_config": ads,
			"ads_config": object{
				"api_type": "GRPC", "transport_api_version": "V3", "set_node_on_first_message_only": true,
				"grpc_services": list{object{
					"envoy_grpc":       object{"cluster_name": "xds-grpc"},
					"initial_metadata": headers(plane.Headers(pod)),
				}},
			},
		},
		"static_resources": object{"clusters": list{socketCluster("xds-grpc", plane.ADS), socketCluster("sds-grpc", plane.SDS)}},
		"admin":            object{"address": object{"pipe": object{"path": admin, "mode": 0o666}}},
		"typed_dns_resolver_config": object{
			"name": "envoy.network.dns_resolver.cares",
			"typed_config": object{
				"@type":                      "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
				"resolvers":                  list{object{"socket_address": object{"address": plane.World.Resolver().String(), "port_value": 53}}},
				"use_resolvers_as_fallback":  false,
				"dns_resolver_options":       object{"no_default_search_domain": true},
				"filter_unroutable_families": false,
			},
		},
	}, "", " ")
}

func labels(pod *world.Pod) map[string]string {
	if pod.Labels == nil {
		return map[string]string{}
	}
	return pod.Labels
}

func headers(of map[string]string) list {
	var out list
	for key, value := range of {
		out = append(out, object{"key": key, "value": value})
	}
	return out
}

func socketCluster(name, path string) object {
	return object{
		"name": name, "type": "STATIC", "connect_timeout": "1s",
		"load_assignment": object{"cluster_name": name, "endpoints": list{object{"lb_endpoints": list{object{
			"endpoint": object{"address": object{"pipe": object{"path": path}}},
		}}}}},
		"typed_extension_protocol_options": object{
			"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": object{
				"@type":                "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
				"explicit_http_config": object{"http2_protocol_options": object{}},
			},
		},
	}
}
