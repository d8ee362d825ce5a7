package proxies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"

	meshconfig "istio.io/api/mesh/v1alpha1"
	istiobootstrap "istio.io/istio/pkg/bootstrap"
	"istio.io/istio/pkg/model"
	"istio.io/istio/pkg/test/env"
)

// layeredRuntime are Envoy's runtime flags as istio-agent writes them for a mesh's proxies: Istio's own
// template, filled in by Istio's own code. Without them Envoy refuses what Istio's proxies take.
func layeredRuntime(config *meshconfig.ProxyConfig) (any, error) {
	template := filepath.Join(env.IstioSrc, "tools/packaging/common/envoy_bootstrap.json")
	written := &bytes.Buffer{}
	node := &model.Node{Locality: &core.Locality{}, Metadata: &model.BootstrapNodeMetadata{
		NodeMetadata: model.NodeMetadata{ProxyConfig: (*model.NodeMetaProxyConfig)(config)},
	}}
	if err := istiobootstrap.New(istiobootstrap.Config{Node: node}).WriteTo(template, written); err != nil {
		return nil, fmt.Errorf("istio's bootstrap (is the module cache there?): %w", err)
	}
	var parsed struct {
		Runtime any `json:"layered_runtime"`
	}
	if err := json.Unmarshal(written.Bytes(), &parsed); err != nil || parsed.Runtime == nil {
		return nil, fmt.Errorf("istio's bootstrap has no runtime flags that could be read: %v", err)
	}
	return parsed.Runtime, nil
}
