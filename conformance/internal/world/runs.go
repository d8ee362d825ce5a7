package world

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Runs is a real proxy that stands where a server is.
type Runs struct {
	Program   string `json:"program"`
	Port      int    `json:"port"`
	ConfigMap string `json:"configMap"`
	// Folder holds the keys of the ConfigMap as files, and tls.crt, tls.key and ca.crt.
	Folder           string `json:"folder"`
	Identity         string `json:"identity"`
	UnknownAuthority bool   `json:"unknownAuthority"`
}

// OutsideFiles are the files of a proxy outside: its configuration out of the
// manifests, its certificate, and the mesh's roots.
func (w *World) OutsideFiles(server Server) (map[string][]byte, error) {
	runs := server.Runs
	files := map[string][]byte{}
	namespace, name, _ := strings.Cut(runs.ConfigMap, "/")
	for _, config := range manifests.Typed[*corev1.ConfigMap](w.Manifests) {
		if config.Namespace == namespace && config.Name == name {
			for key, text := range config.Data {
				files[key] = []byte(text)
			}
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("proxy %s: the manifests have no config map %s", server.Name, runs.ConfigMap)
	}
	authority := w.Authorities.Mesh
	if runs.UnknownAuthority {
		authority = w.Authorities.Unknown
	}
	leaf, err := authority.Issue(Name{URI: runs.Identity})
	if err != nil {
		return nil, err
	}
	files["tls.crt"], files["tls.key"], files["ca.crt"] = leaf.Certificate, leaf.Key, w.Authorities.Mesh.PEM
	return files, nil
}

// OutsideAt finds the proxy outside at an address.
func (w *World) OutsideAt(address string) *Server {
	if server := w.ServerAt(address); server != nil && server.Runs != nil {
		return server
	}
	return nil
}
