package sizes

import (
	"fmt"
	"strings"
)

// Classic is the recipe of Istio's documents for TLS hosts through the gateway
// over mutual TLS: five objects a host (ServiceEntry, Gateway, DestinationRule
// with a subset of the gateway's Service, and one VirtualService for either
// half), visible everywhere, because that is the default. The DestinationRules
// are in the gateway's namespace: in any other, nobody else's sidecar would find
// them, and Istio would send its traffic without TLS.
func Classic(namespace string, hosts []string) string {
	out := &strings.Builder{}
	for i, host := range hosts {
		name := fmt.Sprintf("host-%d", i)
		fmt.Fprintf(out, classicTemplate, name, namespace, host, StatedGateway.Namespace, name+"-gateway")
	}
	return out.String()
}

const classicTemplate = `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: %[1]s, namespace: %[2]s}
spec: {hosts: [%[3]s], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS, location: MESH_EXTERNAL}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: %[1]s, namespace: %[2]s}
spec:
  selector: {istio: egressgateway}
  servers: [{port: {number: 443, name: tls-%[1]s, protocol: TLS}, hosts: [%[3]s], tls: {mode: ISTIO_MUTUAL}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: %[2]s-%[1]s, namespace: %[4]s}
spec:
  host: istio-egressgateway.%[4]s.svc.cluster.local
  subsets: [{name: %[1]s, trafficPolicy: {portLevelSettings: [{port: {number: 443}, tls: {mode: ISTIO_MUTUAL, sni: %[3]s}}]}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: %[1]s, namespace: %[2]s}
spec:
  hosts: [%[3]s]
  gateways: [mesh]
  tls: [{match: [{port: 443, sniHosts: [%[3]s]}], route: [{destination: {host: istio-egressgateway.%[4]s.svc.cluster.local, subset: %[1]s, port: {number: 443}}}]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: %[5]s, namespace: %[2]s}
spec:
  hosts: [%[3]s]
  gateways: [%[1]s]
  tcp: [{match: [{port: 443}], route: [{destination: {host: %[3]s, port: {number: 443}}}]}]
`
