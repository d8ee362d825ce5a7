//go:build istio130

package controlplane

const (
	// IstioVersion is what the proxies say they are.
	IstioVersion = "1.30.0"
	// ModuleFile has the Istio that is built in.
	ModuleFile = "istio130.mod"
)
