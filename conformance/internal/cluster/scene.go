package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	madeWithin = 10 * time.Second
	// policiesWithin is longer than an API server takes to go by a new admission policy, for which it looks every second.
	policiesWithin = 2500 * time.Millisecond
)

// Scene is a world in the cluster. Its namespaces outlive it, everything else is removed.
type Scene struct {
	World *world.World
	// Added says in words what the lab put beside the manifests.
	Added []string
	// Refused is what the API server or a webhook did not take; NotServed, objects of kinds that this API server does not have.
	Refused, NotServed []string
	// Warnings are the API server's and the webhooks'.
	Warnings []string
	// Inadmissible says why a pod of calls.json may not be.
	Inadmissible map[*world.Pod]string
	// Allocated are the addresses that istiod gave to ServiceEntries.
	Allocated []string

	cluster *Cluster
	made    []*unstructured.Unstructured
	tokens  map[string]string
}

// Stage puts a world into the cluster: what stands around the manifests, the manifests in their order, then the pods.
// The caller clears the result, whatever happened.
func (c *Cluster) Stage(w *world.World) (*Scene, error) { return c.stage(w, (*Scene).putManifests) }

// StageFor puts a world into the cluster without its manifests, which an engine is going to apply. The caller clears the result.
func (c *Cluster) StageFor(w *world.World) (*Scene, error) {
	return c.stage(w, func(s *Scene) error {
		for _, object := range w.Manifests.Objects {
			s.made = append(s.made, object.Raw)
		}
		return nil
	})
}

func (c *Cluster) stage(w *world.World, putManifests func(*Scene) error) (*Scene, error) {
	w.Authorities.Mesh = c.Mesh
	s := &Scene{World: w, cluster: c, Inadmissible: map[*world.Pod]string{}, tokens: map[string]string{}}
	for _, step := range []func() error{
		s.configureMesh, s.putAround, func() error { return putManifests(s) }, s.putPods, s.forgetRights, s.readServices, s.awaitEndpoints, s.fetchTokens, c.quiet, s.readAddresses,
	} {
		if err := step(); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *Scene) note(format string, args ...any) {
	s.Added = append(s.Added, fmt.Sprintf(format, args...))
}

func (s *Scene) configureMesh() error {
	text, err := controlplane.MeshYAML(s.World.Stated, true)
	if err != nil {
		return err
	}
	return s.cluster.setMesh(text)
}

// putAround makes what a cluster has before the manifests come: namespaces, and what calls.json states or leaves to the lab.
func (s *Scene) putAround() error {
	for _, name := range s.World.Namespaces() {
		namespace := &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: name}}
		if _, err := s.cluster.applyTyped(namespace); err != nil {
			return err
		}
	}
	for _, object := range s.World.Around() {
		switch object.(type) {
		case *corev1.Namespace, *corev1.Pod, *discoveryv1.EndpointSlice:
			continue
		}
		converted, err := unstructuredOf(object)
		if err != nil {
			return err
		}
		if converted.GetKind() == "Service" { // the API server gives the address
			unstructured.RemoveNestedField(converted.Object, "spec", "clusterIP")
		}
		if err := s.put(converted); err != nil {
			return err
		}
		s.note("%s %s/%s", strings.ToLower(converted.GetKind()), converted.GetNamespace(), converted.GetName())
	}
	for _, gateway := range s.World.Stated.Gateways {
		if err := s.letReadSecrets(gateway); err != nil {
			return err
		}
	}
	s.cluster.warnings.take()
	return nil
}

// letReadSecrets is the Role that Istio's charts install with a gateway.
func (s *Scene) letReadSecrets(gateway world.Gateway) error {
	named := metav1.ObjectMeta{Namespace: gateway.Namespace, Name: gateway.Service + "-sds"}
	for _, object := range []runtime.Object{
		&rbacv1.Role{
			TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"}, ObjectMeta: named,
			Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "watch", "list"}}},
		},
		&rbacv1.RoleBinding{
			TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "RoleBinding"}, ObjectMeta: named,
			RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: named.Name},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: gateway.Namespace, Name: gateway.ServiceAccount}},
		},
	} {
		converted, err := unstructuredOf(object)
		if err != nil {
			return err
		}
		if err := s.put(converted); err != nil {
			return err
		}
	}
	s.note("role %s/%s, by which the gateway of calls.json reads Secrets, as Istio's charts have it", named.Namespace, named.Name)
	return nil
}

func (s *Scene) put(object *unstructured.Unstructured) error {
	_, err := s.applied(object)
	return err
}

func (s *Scene) applied(object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	live, err := s.cluster.apply(object)
	if err != nil {
		return nil, fmt.Errorf("%s %s/%s: %w", object.GetKind(), object.GetNamespace(), object.GetName(), err)
	}
	if object.GetKind() != "Namespace" {
		s.made = append(s.made, object)
	}
	return live, nil
}

// putManifests applies every document, one after the other, and twice; what is refused does not stop the rest.
func (s *Scene) putManifests() error {
	policies := false
	for _, object := range s.World.Manifests.Objects {
		live, err := s.applied(object.Raw)
		switch {
		case meta.IsNoMatchError(err):
			s.NotServed = append(s.NotServed, fmt.Sprintf("%s: this API server serves no %s of %s", object.ID(), object.Raw.GetKind(), object.Raw.GetAPIVersion()))
		case err != nil:
			s.Refused = append(s.Refused, err.Error())
		default:
			if err := s.again(object, live); err != nil {
				return err
			}
		}
		policies = policies || strings.HasPrefix(object.Raw.GetKind(), "ValidatingAdmissionPolicy")
	}
	s.Warnings = s.cluster.warnings.take()
	if policies {
		pause()
		wrong, err := s.misunderstood()
		s.Refused = append(s.Refused, wrong...)
		if err != nil {
			return err
		}
	}
	return s.logToTheLab()
}

// pause lets the API server go by policies that have changed.
func pause() { time.Sleep(policiesWithin) }

// again applies a document that has been applied: that must change nothing but a status.
func (s *Scene) again(object *manifests.Object, first *unstructured.Unstructured) error {
	second, err := s.cluster.apply(object.Raw)
	if err != nil {
		return err
	}
	if first.GetGeneration() != second.GetGeneration() || first.GetGeneration() == 0 && first.GetResourceVersion() != second.GetResourceVersion() {
		s.Refused = append(s.Refused, object.ID()+": changes when it is applied again")
	}
	return nil
}

// logToTheLab adds the lab's log to every Telemetry that says who logs, after it was applied as it is.
func (s *Scene) logToTheLab() error {
	for _, object := range s.World.Manifests.Objects {
		logging, found, _ := unstructured.NestedSlice(object.Raw.Object, "spec", "accessLogging")
		if object.Raw.GetKind() != "Telemetry" || !found || len(logging) == 0 {
			continue
		}
		logged := object.Raw.DeepCopy()
		logging = append(logging, map[string]any{"providers": []any{map[string]any{"name": "envoy"}}})
		if err := unstructured.SetNestedSlice(logged.Object, logging, "spec", "accessLogging"); err != nil {
			return err
		}
		if _, err := s.cluster.apply(logged); err != nil {
			return err
		}
		s.note("the lab's own log in %s", object.ID())
	}
	return nil
}

// readServices takes over the addresses that the API server gave.
func (s *Scene) readServices() error {
	for _, service := range s.World.Services {
		live, err := s.cluster.kube.CoreV1().Services(service.Object.Namespace).Get(context.Background(), service.Object.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue // it was refused
		}
		if err != nil {
			return err
		}
		service.Object = live
		service.Pods = nil
		for _, pod := range s.World.Pods {
			if len(live.Spec.Selector) > 0 && pod.Namespace == live.Namespace && s.Inadmissible[pod] == "" && labels.SelectorFromSet(live.Spec.Selector).Matches(labels.Set(pod.Labels)) {
				service.Pods = append(service.Pods, pod)
			}
		}
	}
	return nil
}

// awaitEndpoints waits until the controllers have put every pod behind its Service.
func (s *Scene) awaitEndpoints() error {
	for _, service := range s.World.Services {
		for _, pod := range service.Pods {
			err := within(func() error {
				slices, err := s.cluster.kube.DiscoveryV1().EndpointSlices(service.Object.Namespace).List(context.Background(), metav1.ListOptions{
					LabelSelector: discoveryv1.LabelServiceName + "=" + service.Object.Name,
				})
				if err != nil || hasEndpoint(slices.Items, pod) {
					return err
				}
				return fmt.Errorf("no endpoint of %s at %s", service.ID(), pod.IP)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func hasEndpoint(found []discoveryv1.EndpointSlice, pod *world.Pod) bool {
	for _, slice := range found {
		for _, endpoint := range slice.Endpoints {
			if slices.Contains(endpoint.Addresses, pod.IP.String()) && endpoint.TargetRef != nil && endpoint.TargetRef.Name == pod.Name && *endpoint.Conditions.Ready {
				return true
			}
		}
	}
	return false
}

// forgetRights restarts istiod if it may go by an answer of before to whether a service account reads Secrets.
func (s *Scene) forgetRights() error {
	rights, stale := map[string]bool{}, false
	for _, pod := range s.World.Pods {
		user := "system:serviceaccount:" + pod.Namespace + ":" + pod.ServiceAccount
		review, err := s.cluster.kube.AuthorizationV1().SubjectAccessReviews().Create(context.Background(), &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{
				User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: pod.Namespace, Verb: "list", Resource: "secrets"},
			},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		rights[user] = review.Status.Allowed
		before, known := s.cluster.rights[user]
		stale = stale || known && before != rights[user]
	}
	if stale {
		if err := s.cluster.restartIstiod(); err != nil {
			return err
		}
	}
	maps.Copy(s.cluster.rights, rights)
	return nil
}

func (s *Scene) fetchTokens() error {
	for _, pod := range s.World.Pods {
		id := pod.Namespace + "/" + pod.ServiceAccount
		if pod.Role == world.Plain || s.Inadmissible[pod] != "" || s.tokens[id] != "" {
			continue
		}
		token, err := s.cluster.Token(pod.Namespace, pod.ServiceAccount, audience)
		if err != nil {
			return err
		}
		s.tokens[id] = token
	}
	return nil
}

// readAddresses tells what istiod's own controller gave to entries without addresses.
func (s *Scene) readAddresses() error {
	for _, object := range s.World.Manifests.Objects {
		if object.Raw.GetKind() != "ServiceEntry" {
			continue
		}
		resource, err := s.cluster.resource(object.Raw)
		if err != nil {
			return err
		}
		live, err := resource.Get(context.Background(), object.Raw.GetName(), metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		given, _, _ := unstructured.NestedSlice(live.Object, "status", "addresses")
		var addresses []string
		for _, one := range given {
			if fields, ok := one.(map[string]any); ok {
				addresses = append(addresses, fmt.Sprint(fields["value"]))
			}
		}
		if len(addresses) > 0 {
			s.Allocated = append(s.Allocated, fmt.Sprintf("%s: %s", object.ID(), strings.Join(addresses, ", ")))
		}
	}
	return nil
}

// Plane is the cluster's control plane, as the proxies of the scene reach it.
func (s *Scene) Plane(directory string) (*controlplane.ControlPlane, error) {
	return controlplane.Join(s.World, directory, controlplane.Elsewhere{
		Dial:  s.cluster.dialXDS,
		Token: func(pod *world.Pod) string { return s.tokens[pod.Namespace+"/"+pod.ServiceAccount] },
		Issue: func(namespace, serviceAccount string) (*world.Leaf, error) {
			return s.cluster.issue(s.tokens[namespace+"/"+serviceAccount])
		},
		Settled: s.cluster.quiet,
		Renew: func(_ context.Context, secret *corev1.Secret) error {
			_, err := s.cluster.applyTyped(secret)
			return err
		},
	})
}

// Clear removes the scene from the cluster, pods last, and waits until they are gone.
func (s *Scene) Clear() {
	var open sync.WaitGroup
	for _, object := range s.made {
		open.Go(func() { _ = s.cluster.remove(object) })
	}
	open.Wait()
	theirs := metav1.ListOptions{LabelSelector: "app!=istiod"}
	for _, namespace := range s.World.Namespaces() {
		sets := s.cluster.kube.AppsV1().ReplicaSets(namespace)
		_ = sets.DeleteCollection(context.Background(), metav1.DeleteOptions{}, theirs)
		_ = within(func() error {
			pods := s.cluster.kube.CoreV1().Pods(namespace)
			if err := pods.DeleteCollection(context.Background(), *metav1.NewDeleteOptions(0), theirs); err != nil {
				return err
			}
			left, err := pods.List(context.Background(), theirs)
			if err == nil && len(left.Items) > 0 {
				err = fmt.Errorf("%d pods are left in %s", len(left.Items), namespace)
			}
			return err
		})
	}
	s.cluster.warnings.take()
}

func within(holds func() error) error {
	for deadline := time.Now().Add(madeWithin); ; time.Sleep(5 * time.Millisecond) {
		err := holds()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %s: %w", madeWithin, err)
		}
	}
}
