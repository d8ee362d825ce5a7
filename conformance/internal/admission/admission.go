// Package admission asks Kubernetes' own plugin for ValidatingAdmissionPolicies which pods it would refuse.
package admission

import (
	"context"
	"fmt"
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
	"k8s.io/utils/ptr"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// bound is how long the plugin may take to have read every policy.
const bound = 10 * time.Second

// Refusals are the pods that the policies of the manifests refuse, and why.
func Refusals(w *world.World) (map[*world.Pod]string, error) {
	policies := manifests.Typed[*admissionv1.ValidatingAdmissionPolicy](w.Manifests)
	if len(policies) == 0 {
		return nil, nil
	}
	plugin, stop, err := start(w)
	if err != nil {
		return nil, fmt.Errorf("admission: %w", err)
	}
	defer stop()
	out := map[*world.Pod]string{}
	for _, pod := range w.Pods {
		if err := plugin.Validate(context.Background(), attributes(pod.Submitted(), nil), admission.NewObjectInterfacesFromScheme(scheme.Scheme)); err != nil {
			out[pod] = err.Error()
		}
	}
	return out, nil
}

func start(w *world.World) (*validating.Plugin, func(), error) {
	var objects []runtime.Object
	for _, policy := range manifests.Typed[*admissionv1.ValidatingAdmissionPolicy](w.Manifests) {
		policy = policy.DeepCopy()
		setDefaults(policy.Spec.MatchConstraints)
		objects = append(objects, policy)
	}
	for _, binding := range manifests.Typed[*admissionv1.ValidatingAdmissionPolicyBinding](w.Manifests) {
		binding = binding.DeepCopy()
		setDefaults(binding.Spec.MatchResources)
		objects = append(objects, binding)
	}
	for _, namespace := range w.Namespaces() {
		objects = append(objects, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace, Labels: map[string]string{corev1.LabelMetadataName: namespace}}})
	}
	client := fake.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	mapper := meta.NewDefaultRESTMapper(nil)
	mapper.Add(corev1.SchemeGroupVersion.WithKind("Pod"), meta.RESTScopeNamespace)

	plugin, err := validating.NewPlugin(nil)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetRESTMapper(mapper)
	plugin.SetDynamicClient(dynamicfake.NewSimpleDynamicClient(scheme.Scheme))
	plugin.SetAuthorizer(authorizerfactory.NewAlwaysAllowAuthorizer())
	plugin.SetDrainedNotification(ctx.Done())
	if err := plugin.ValidateInitialization(); err != nil {
		cancel()
		return nil, nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	deadline := time.Now().Add(bound)
	for !plugin.WaitForReady() {
		if time.Now().After(deadline) {
			cancel()
			return nil, nil, fmt.Errorf("the policies were not read in %s", bound)
		}
	}
	return plugin, cancel, nil
}

// setDefaults fills in what the API server does, and without which nothing matches.
func setDefaults(resources *admissionv1.MatchResources) {
	if resources == nil {
		return
	}
	if resources.NamespaceSelector == nil {
		resources.NamespaceSelector = &metav1.LabelSelector{}
	}
	if resources.ObjectSelector == nil {
		resources.ObjectSelector = &metav1.LabelSelector{}
	}
	if resources.MatchPolicy == nil {
		resources.MatchPolicy = ptr.To(admissionv1.Equivalent)
	}
	for i := range resources.ResourceRules {
		if resources.ResourceRules[i].Scope == nil {
			resources.ResourceRules[i].Scope = ptr.To(admissionv1.AllScopes)
		}
	}
}

// attributes are the request that makes a pod, or changes one that is there.
func attributes(pod, old *corev1.Pod) admission.Attributes {
	operation, options := admission.Create, runtime.Object(&metav1.CreateOptions{})
	var before runtime.Object
	if old != nil {
		operation, options, before = admission.Update, &metav1.UpdateOptions{}, old
	}
	return admission.NewAttributesRecord(pod, before, corev1.SchemeGroupVersion.WithKind("Pod"), pod.Namespace, pod.Name,
		corev1.SchemeGroupVersion.WithResource("pods"), "", operation, options, false, &user.DefaultInfo{Name: "lab"})
}
