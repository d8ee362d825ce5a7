package manifests

import (
	"bytes"

	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pkg/config"
	schemaresource "istio.io/istio/pkg/config/schema/resource"
	"istio.io/istio/pkg/util/protomarshal"

	"google.golang.org/protobuf/proto"
)

// Configs are the objects that Istio's config store holds.
func (s *Set) Configs() []config.Config {
	var out []config.Config
	for _, object := range s.Objects {
		if object.Config != nil && object.Kubernetes == nil {
			out = append(out, *object.Config)
		}
	}
	return out
}

// Kubernetes are the objects that Istio reads through Kubernetes clients.
func (s *Set) Kubernetes() []runtime.Object {
	var out []runtime.Object
	for _, object := range s.Objects {
		if object.Kubernetes != nil {
			out = append(out, object.Kubernetes)
		}
	}
	return out
}

// Typed are the Kubernetes objects of one type.
func Typed[T runtime.Object](s *Set) []T {
	var out []T
	for _, object := range s.Objects {
		if typed, ok := object.Kubernetes.(T); ok {
			out = append(out, typed)
		}
	}
	return out
}

// Spec is an Istio object's metadata with its spec in Istio's own type.
type Spec[T any] struct {
	config.Meta
	Spec T
}

// HasGatewayAPI says whether any object is of the Kubernetes Gateway API.
func (s *Set) HasGatewayAPI() bool {
	for _, object := range s.Objects {
		if object.Raw.GroupVersionKind().Group == gatewayAPI {
			return true
		}
	}
	return false
}

// Specs are the Istio objects whose spec is of one type.
func Specs[T any](s *Set) []Spec[T] {
	var out []Spec[T]
	for _, object := range s.Objects {
		if object.Config == nil {
			continue
		}
		if spec, ok := object.Config.Spec.(T); ok {
			out = append(out, Spec[T]{Meta: object.Config.Meta, Spec: spec})
		}
	}
	return out
}

func applyStrict(schema schemaresource.Schema, spec []byte) error {
	instance, err := schema.NewInstance()
	if err != nil {
		return err
	}
	message, ok := instance.(proto.Message)
	if !ok {
		return nil // the Gateway API's types are plain Go: the CRD's schema finds their unknown fields
	}
	return protomarshal.ApplyYAMLStrict(string(spec), message)
}

// Difference is what must be put, and what removed, for Istio's config store to hold one set of objects in place of another. An object whose
// age is another one is put again.
func Difference(is, wanted map[string]*Object) (put, removed []config.Config) {
	for id, object := range wanted {
		if there := is[id]; there == nil || !bytes.Equal(there.JSON, object.JSON) || !there.Config.CreationTimestamp.Equal(object.Config.CreationTimestamp) {
			put = append(put, *object.Config)
		}
	}
	for id, object := range is {
		if wanted[id] == nil {
			removed = append(removed, *object.Config)
		}
	}
	return put, removed
}
