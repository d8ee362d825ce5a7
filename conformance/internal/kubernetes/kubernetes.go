// Package kubernetes asks the API server's own code what it says of an object of
// Kubernetes' own kinds: its decoder, its defaults and its validation.
package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

var decoder = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder()

// Judges says whether the API server's code for a kind is here.
func Judges(gvk schema.GroupVersionKind) bool {
	_, known := strategies[gvk.GroupKind()]
	return known && legacyscheme.Scheme.Recognizes(gvk)
}

// Typed is an object of Kubernetes' own kinds as its type; false if it is of another.
func Typed(raw *unstructured.Unstructured) (runtime.Object, bool, error) {
	gvk := raw.GroupVersionKind()
	if !legacyscheme.Scheme.Recognizes(gvk) {
		return nil, false, nil
	}
	typed, err := legacyscheme.Scheme.New(gvk)
	if err != nil {
		return nil, true, err
	}
	return typed, true, runtime.DefaultUnstructuredConverter.FromUnstructured(raw.Object, typed)
}

// Defaulted is a copy of a typed object, with what the API server fills in.
func Defaulted(object runtime.Object) runtime.Object {
	out := object.DeepCopyObject()
	legacyscheme.Scheme.Default(out)
	return out
}

// Create does to a document what the API server does before it stores a new
// object, and says why it would not, and of what it would warn.
func Create(gvk schema.GroupVersionKind, document []byte) (problems, warnings []string) {
	object, _, err := decoder.Decode(document, nil, nil)
	if err != nil {
		return []string{err.Error()}, nil
	}
	return create(gvk, object)
}

func create(gvk schema.GroupVersionKind, object runtime.Object) (problems, warnings []string) {
	metadata, err := meta.Accessor(object)
	if err != nil {
		return []string{err.Error()}, nil
	}
	recorder := &recorded{}
	ctx := request.WithNamespace(context.Background(), metadata.GetNamespace())
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, Verb: "create", APIGroup: gvk.Group, APIVersion: gvk.Version,
		Namespace: metadata.GetNamespace(), Name: metadata.GetName(),
	})
	rest.FillObjectMetaSystemFields(metadata)
	err = rest.BeforeCreate(strategies[gvk.GroupKind()], warning.WithWarningRecorder(ctx, recorder), object)
	return causes(err), recorder.warnings
}

// causes are the fields that are at fault, one a line.
func causes(err error) []string {
	if err == nil {
		return nil
	}
	status := &apierrors.StatusError{}
	if !errors.As(err, &status) || status.ErrStatus.Details == nil || len(status.ErrStatus.Details.Causes) == 0 {
		return []string{err.Error()}
	}
	var out []string
	for _, cause := range status.ErrStatus.Details.Causes {
		out = append(out, fmt.Sprintf("%s: %s", cause.Field, strings.Join(strings.Fields(cause.Message), " ")))
	}
	return out
}

type recorded struct{ warnings []string }

func (r *recorded) AddWarning(_, text string) { r.warnings = append(r.warnings, text) }
