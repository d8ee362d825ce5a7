package admission

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructuredscheme"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"

	"istio.io/istio/pkg/config/schema/collections"

	"github.com/cdk8s-istio-egress/conformance/internal/kubernetes"
)

// received is an object as the API server has it before the plugins see it: of its own kinds, with every default; none of none.
func received(object runtime.Object) (runtime.Object, error) {
	if object == nil {
		return nil, nil
	}
	raw, untyped := object.(*unstructured.Unstructured)
	if !untyped {
		return kubernetes.Defaulted(object), nil
	}
	typed, known, err := kubernetes.Typed(raw)
	if err != nil || !known {
		return raw, err
	}
	return kubernetes.Defaulted(typed), nil
}

// resourceOf is what the API server calls objects of a kind.
func resourceOf(kind schema.GroupVersionKind) schema.GroupVersionResource {
	for _, known := range collections.All.All() {
		if known.Group() == kind.Group && known.Kind() == kind.Kind {
			return schema.GroupVersionResource{Group: kind.Group, Version: kind.Version, Resource: known.Plural()}
		}
	}
	guessed, _ := meta.UnsafeGuessKindToResource(kind)
	return guessed
}

// interfacesOf are what the API server knows of a kind: which versions are one resource, and how to turn one into another.
func interfacesOf(kind schema.GroupVersionKind) admission.ObjectInterfaces {
	versions := runtime.NewEquivalentResourceRegistry()
	for _, known := range collections.All.All() {
		if known.Group() != kind.Group || known.Kind() != kind.Kind {
			continue
		}
		for _, version := range known.GroupVersionAliasKinds() {
			served := version.Kubernetes()
			versions.RegisterKindFor(resourceOf(served), "", served)
		}
	}
	return &admission.RuntimeObjectInterfaces{
		ObjectCreater: unstructuredscheme.NewUnstructuredCreator(), ObjectTyper: unstructuredscheme.NewUnstructuredObjectTyper(),
		ObjectDefaulter: unstructuredscheme.NewUnstructuredDefaulter(), ObjectConvertor: sameInEveryVersion{}, EquivalentResourceMapper: versions,
	}
}

// sameInEveryVersion converts as the definitions of Istio's kinds say, none of which has a webhook for it.
type sameInEveryVersion struct{ runtime.ObjectConvertor }

func (sameInEveryVersion) Convert(in, out, _ any) error {
	from, fromRaw := in.(*unstructured.Unstructured)
	to, toRaw := out.(*unstructured.Unstructured)
	if !fromRaw || !toRaw {
		return fmt.Errorf("no conversion of %T to %T", in, out)
	}
	kind := to.GroupVersionKind()
	to.Object = from.DeepCopy().Object
	to.SetGroupVersionKind(kind)
	return nil
}
