// Package admission asks Kubernetes' own plugin for ValidatingAdmissionPolicies which objects it would refuse to whom.
package admission

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/cdk8s-istio-egress/conformance/internal/kubernetes"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// bound is how long the plugin may take to have read every policy.
const bound = 10 * time.Second

// nobody makes objects of whom nothing is said.
var nobody = &user.DefaultInfo{Name: "lab"}

// Refusals are the pods that the policies of the manifests refuse, and why.
func Refusals(w *world.World) (map[*world.Pod]string, error) {
	pods := map[runtime.Object]*world.Pod{}
	for _, pod := range w.Pods {
		pods[pod.Submitted()] = pod
	}
	refused, err := Decide(w.Manifests, slices.Collect(maps.Keys(pods)), nobody)
	if err != nil {
		return nil, err
	}
	out := map[*world.Pod]string{}
	for object, why := range refused {
		out[pods[object]] = why
	}
	return out, nil
}

// Decide says which objects the policies among the manifests refuse to a user who makes them, and why. An object is one
// of Kubernetes' own types, or an *unstructured.Unstructured of any kind. Namespaces are those of the manifests, with
// their labels, and those of the objects.
func Decide(policies *manifests.Set, objects []runtime.Object, who user.Info) (map[runtime.Object]string, error) {
	if len(manifests.Typed[*admissionv1.ValidatingAdmissionPolicy](policies)) == 0 {
		return nil, nil
	}
	reviewer, err := Start(policies, objects)
	if err != nil {
		return nil, err
	}
	defer reviewer.Stop()
	out := map[runtime.Object]string{}
	for _, object := range objects {
		why, err := reviewer.Review(Request{Object: object, User: who})
		if err != nil {
			return nil, err
		}
		if why != "" {
			out[object] = why
		}
	}
	return out, nil
}

// Request is what somebody asks of the API server: to make an object, to change an old one into it, or, without an object, to delete the old.
type Request struct {
	Object, Old runtime.Object
	Subresource string
	User        user.Info
}

// Reviewer is the plugin at work. The caller stops it.
type Reviewer struct {
	plugin *validating.Plugin
	stop   context.CancelFunc
}

// Start puts the policies among the manifests to work, in the namespaces of the manifests and of some objects.
func Start(policies *manifests.Set, objects []runtime.Object) (*Reviewer, error) {
	r, err := start(policies, objects)
	if err != nil {
		return nil, fmt.Errorf("admission: %w", err)
	}
	return r, nil
}

func start(policies *manifests.Set, objects []runtime.Object) (*Reviewer, error) {
	state, err := namespaces(policies, objects)
	if err != nil {
		return nil, err
	}
	for _, policy := range manifests.Typed[*admissionv1.ValidatingAdmissionPolicy](policies) {
		state = append(state, kubernetes.Defaulted(policy))
	}
	for _, binding := range manifests.Typed[*admissionv1.ValidatingAdmissionPolicyBinding](policies) {
		state = append(state, kubernetes.Defaulted(binding))
	}
	client := fake.NewClientset(state...)
	factory := informers.NewSharedInformerFactory(client, 0)

	plugin, err := newPlugin()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &Reviewer{plugin: plugin, stop: cancel}
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetRESTMapper(meta.NewDefaultRESTMapper(nil))
	plugin.SetDynamicClient(dynamicfake.NewSimpleDynamicClient(scheme.Scheme))
	plugin.SetAuthorizer(authorizerfactory.NewAlwaysAllowAuthorizer())
	plugin.SetDrainedNotification(ctx.Done())
	if err := plugin.ValidateInitialization(); err != nil {
		cancel()
		return nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	deadline := time.Now().Add(bound)
	for !plugin.WaitForReady() {
		if time.Now().After(deadline) {
			cancel()
			return nil, fmt.Errorf("the policies were not read in %s", bound)
		}
	}
	return r, nil
}

// Stop ends it.
func (r *Reviewer) Stop() { r.stop() }

// Review says why a request is refused, if it is.
func (r *Reviewer) Review(request Request) (string, error) {
	operation, options := admission.Create, runtime.Object(&metav1.CreateOptions{})
	switch {
	case request.Object == nil:
		operation, options = admission.Delete, &metav1.DeleteOptions{}
	case request.Old != nil:
		operation, options = admission.Update, &metav1.UpdateOptions{}
	}
	object, err := received(request.Object)
	if err != nil {
		return "", fmt.Errorf("admission: %w", err)
	}
	old, err := received(request.Old)
	if err != nil {
		return "", fmt.Errorf("admission: %w", err)
	}
	one := object
	if one == nil {
		one = old
	}
	metadata, err := meta.Accessor(one)
	if err != nil {
		return "", fmt.Errorf("admission: %w", err)
	}
	kind := one.GetObjectKind().GroupVersionKind()
	attributes := admission.NewAttributesRecord(object, old, kind, metadata.GetNamespace(), metadata.GetName(), resourceOf(kind), request.Subresource, operation, options, false, request.User)
	if refused := r.plugin.Validate(context.Background(), attributes, interfacesOf(kind)); refused != nil {
		return refused.Error(), nil
	}
	return "", nil
}

// namespaces are those that a policy may ask for.
func namespaces(set *manifests.Set, objects []runtime.Object) ([]runtime.Object, error) {
	found := map[string]*corev1.Namespace{}
	add := func(name string) {
		if name != "" && found[name] == nil {
			found[name] = &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		}
	}
	for _, namespace := range manifests.Typed[*corev1.Namespace](set) {
		found[namespace.Name] = namespace.DeepCopy()
	}
	for _, object := range set.Objects {
		add(object.Raw.GetNamespace())
	}
	for _, object := range objects {
		metadata, err := meta.Accessor(object)
		if err != nil {
			return nil, err
		}
		add(metadata.GetNamespace())
	}
	var out []runtime.Object
	for _, name := range slices.Sorted(maps.Keys(found)) {
		metav1.SetMetaDataLabel(&found[name].ObjectMeta, corev1.LabelMetadataName, name)
		out = append(out, found[name])
	}
	return out, nil
}
