// Package environment makes Istio's control plane emit only what upstream Envoy
// has. Istio's packages read these variables when they initialise. Go initialises
// packages in the order of their import paths as soon as what they import is
// ready, and this one imports nothing of Istio's, so it comes first.
package environment

import "os"

// Variables are those that Istio reads.
var Variables = map[string]string{
	"PILOT_ENABLE_ALPN_FILTER":       "false",
	"PILOT_ENABLE_METADATA_EXCHANGE": "false",
	"PILOT_DISABLE_MX_ALPN":          "true",
	"PILOT_ENABLE_AMBIENT":           "false",
	"XDS_AUTH_PLAINTEXT":             "true",
	// what istiod does by itself on the nodes of a Kubernetes of this day
	"ENABLE_NATIVE_SIDECARS": "true",
	// any folder: only silences two warnings on stdout
	"TARGET_OUT": os.TempDir(),
	"LOCAL_OUT":  os.TempDir(),
}

func init() {
	for key, value := range Variables {
		if err := os.Setenv(key, value); err != nil {
			panic(err)
		}
	}
}
