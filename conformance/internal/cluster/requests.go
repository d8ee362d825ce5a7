package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"istio.io/api/label"

	"github.com/cdk8s-istio-egress/conformance/internal/admission"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// whole is the role by which somebody may ask for anything, so that policies alone decide.
const whole = "cluster-admin"

// Request makes the requests of a table, each as whoever asks and without a trace, and tells of each why it was refused, or why it could not
// be made. What is there before is made while the policies of the manifests are not.
func (s *Scene) Request(table []admission.Expected, tell func(one admission.Expected, refused, unseen string)) error {
	if err := s.makePlaces(table); err != nil {
		return err
	}
	if err := s.makeOld(table); err != nil {
		return err
	}
	for _, one := range table {
		if err := s.grant(one); err != nil {
			return err
		}
	}
	for _, one := range table {
		err := s.ask(one)
		switch {
		case meta.IsNoMatchError(err):
			tell(one, "", "this API server has no such kind")
		case err != nil && apierrors.ReasonForError(err) == metav1.StatusReasonUnknown: // the API server did not answer
			return fmt.Errorf("%s: %w", one.Name, err)
		case err != nil:
			tell(one, err.Error(), "")
		default:
			tell(one, "", "")
		}
	}
	return nil
}

func (s *Scene) makePlaces(table []admission.Expected) error {
	known := s.World.Namespaces()
	for _, one := range table {
		if one.Namespace() == "" || slices.Contains(known, one.Namespace()) {
			continue
		}
		known = append(known, one.Namespace())
		namespace := &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: one.Namespace()}}
		if _, err := s.cluster.applyTyped(namespace); err != nil {
			return err
		}
	}
	for _, namespace := range known {
		if err := s.putAccount(namespace, "default"); err != nil { // no pod is admitted before it is there
			return err
		}
	}
	return nil
}

// makeOld makes what is there before the requests, each under the name of its row, while no policy is bound.
func (s *Scene) makeOld(table []admission.Expected) error {
	var bindings []*unstructured.Unstructured
	for _, object := range s.World.Manifests.Objects {
		if object.Raw.GetKind() == "ValidatingAdmissionPolicyBinding" {
			bindings = append(bindings, object.Raw)
		}
	}
	old := slices.ContainsFunc(table, func(one admission.Expected) bool { return one.Old != nil })
	if !old {
		return nil
	}
	for _, binding := range bindings {
		if err := s.cluster.remove(binding); err != nil {
			return err
		}
	}
	pause()
	for i, one := range table {
		if one.Old == nil {
			continue
		}
		for _, object := range []*unstructured.Unstructured{one.Old, one.Object} {
			if object != nil {
				object.SetName(fmt.Sprintf("%s-%d", object.GetName(), i))
			}
		}
		if err := s.put(one.Old); err != nil {
			return err
		}
	}
	for _, binding := range bindings {
		if _, err := s.cluster.apply(binding); err != nil {
			return err
		}
	}
	pause()
	return nil
}

// grant gives whoever asks every right, or those of a file.
func (s *Scene) grant(one admission.Expected) error {
	if one.Rights == "" {
		name := strings.NewReplacer(":", "-", "@", "-").Replace("asks-" + one.As.GetName())
		binding, err := unstructuredOf(&rbacv1.ClusterRoleBinding{
			TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRoleBinding"}, ObjectMeta: metav1.ObjectMeta{Name: name},
			RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: whole},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: one.As.GetName()}},
		})
		if err != nil {
			return err
		}
		return s.put(binding)
	}
	set, err := manifests.ParseFile(one.Rights)
	if err != nil {
		return err
	}
	for _, object := range set.Objects {
		if err := s.put(object.Raw); err != nil {
			return err
		}
	}
	return nil
}

// ask makes one request that leaves nothing behind.
func (s *Scene) ask(one admission.Expected) error {
	object, dry := one.Object, []string{metav1.DryRunAll}
	if object == nil {
		object = one.Old
	}
	resource, err := s.cluster.resourceAs(object, one.As)
	if err != nil {
		return err
	}
	switch {
	case one.Object == nil:
		return resource.Delete(context.Background(), object.GetName(), metav1.DeleteOptions{DryRun: dry})
	case one.Old != nil:
		there, err := s.cluster.resource(one.Old)
		if err != nil {
			return err
		}
		live, err := there.Get(context.Background(), object.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		if one.Subresource != "" {
			changed := live.DeepCopy()
			containers, _, _ := unstructured.NestedSlice(object.Object, "spec", "ephemeralContainers")
			if err := unstructured.SetNestedSlice(changed.Object, containers, "spec", "ephemeralContainers"); err != nil {
				return err
			}
			_, err = resource.Update(context.Background(), changed, metav1.UpdateOptions{DryRun: dry}, one.Subresource)
			return err
		}
		object = object.DeepCopy()
		object.SetResourceVersion(live.GetResourceVersion())
		_, err = resource.Update(context.Background(), object, metav1.UpdateOptions{DryRun: dry})
		return err
	}
	if one.Injected { // whether the namespace is injected is not the table's concern
		object = object.DeepCopy()
		labels := object.GetLabels()
		if labels == nil {
			labels = map[string]string{}
		}
		labels[label.SidecarInject.Name] = "true"
		object.SetLabels(labels)
	}
	_, err = resource.Create(context.Background(), object, metav1.CreateOptions{DryRun: dry, FieldValidation: metav1.FieldValidationStrict})
	return err
}

// resourceAs is how somebody else reaches objects.
func (c *Cluster) resourceAs(object *unstructured.Unstructured, who user.Info) (dynamic.ResourceInterface, error) {
	config := rest.CopyConfig(c.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: who.GetName(), Groups: who.GetGroups()}
	theirs, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return c.resourceOf(theirs, object)
}

// misunderstood are what the API server's own check of types says against expressions of the policies.
func (s *Scene) misunderstood() ([]string, error) {
	var out []string
	for _, policy := range manifests.Typed[*admissionv1.ValidatingAdmissionPolicy](s.World.Manifests) {
		err := within(func() error {
			live, err := s.cluster.kube.AdmissionregistrationV1().ValidatingAdmissionPolicies().Get(context.Background(), policy.Name, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				return nil // it was refused
			}
			if err == nil && (live.Status.ObservedGeneration != live.Generation || live.Status.TypeChecking == nil) {
				err = fmt.Errorf("the expressions of %s were not checked", policy.Name)
			}
			if err != nil {
				return err
			}
			for _, warning := range live.Status.TypeChecking.ExpressionWarnings {
				out = append(out, fmt.Sprintf("%s: %s: %s", policy.Name, warning.FieldRef, warning.Warning))
			}
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
