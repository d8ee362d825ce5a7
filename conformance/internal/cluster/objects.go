package cluster

import (
	"context"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/utils/ptr"
)

// manager owns the fields that the lab applies.
const manager = "conformance"

// warnings collects what the API server and its webhooks warn of.
type warnings struct {
	mu    sync.Mutex
	lines []string
}

// HandleWarningHeader is called for every warning of every answer.
func (w *warnings) HandleWarningHeader(_ int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.lines, text) {
		w.lines = append(w.lines, text)
	}
}

func (w *warnings) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

// apply is a server-side apply, strict as kubectl's.
func (c *Cluster) apply(object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	resource, err := c.resource(object)
	if err != nil {
		return nil, err
	}
	raw, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return resource.Patch(context.Background(), object.GetName(), types.ApplyPatchType, raw, metav1.PatchOptions{
		FieldManager: manager, Force: ptr.To(true), FieldValidation: metav1.FieldValidationStrict,
	})
}

func (c *Cluster) resource(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	return c.resourceOf(c.dynamic, object)
}

func (c *Cluster) resourceOf(client dynamic.Interface, object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := object.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	if namespace := object.GetNamespace(); namespace != "" {
		return client.Resource(mapping.Resource).Namespace(namespace), nil
	}
	return client.Resource(mapping.Resource), nil
}

// remove deletes an object, and what it owns after it.
func (c *Cluster) remove(object *unstructured.Unstructured) error {
	resource, err := c.resource(object)
	if err != nil {
		return err
	}
	return resource.Delete(context.Background(), object.GetName(), metav1.DeleteOptions{
		GracePeriodSeconds: ptr.To(int64(0)), PropagationPolicy: ptr.To(metav1.DeletePropagationBackground),
	})
}

// applyTyped applies an object of a Go type, of which the zero status is left out.
func (c *Cluster) applyTyped(object runtime.Object) (*unstructured.Unstructured, error) {
	converted, err := unstructuredOf(object)
	if err != nil {
		return nil, err
	}
	return c.apply(converted)
}

func unstructuredOf(object runtime.Object) (*unstructured.Unstructured, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	delete(fields, "status")
	unstructured.RemoveNestedField(fields, "metadata", "creationTimestamp")
	return &unstructured.Unstructured{Object: fields}, nil
}
