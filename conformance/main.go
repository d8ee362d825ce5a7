// Command conformance judges Istio egress manifests by Istio's own control plane
// and by real Envoy proxies.
package main

import (
	"os"

	"github.com/cdk8s-istio-egress/conformance/internal/commands"
	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
)

func main() {
	os.Exit(commands.Main(os.Args[1:]))
}
