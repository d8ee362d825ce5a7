package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"istio.io/api/annotation"
	"istio.io/api/label"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	proxyContainer = "istio-proxy"
	// replaced is the image that the injection puts another one for.
	replaced = "auto"
)

// putPods makes the pods that calls.json states, and takes those that the controllers make of Deployments.
// Each is from then on what the API server and the injection made of it.
func (s *Scene) putPods() error {
	var admitted []*world.Pod
	for _, pod := range s.World.Pods {
		live, err := s.live(pod)
		if err != nil {
			return err
		}
		if s.Inadmissible[pod] != "" {
			s.note("no pod %s/%s: %s", pod.Namespace, pod.Name, s.Inadmissible[pod])
			continue
		}
		if isInjected(live) != (pod.Role != world.Plain) {
			return fmt.Errorf("pod %s/%s is to be %s; injected: %v", live.Namespace, live.Name, pod.Role, isInjected(live))
		}
		pod.Name, pod.Labels = live.Name, live.Labels
		if err := s.cluster.Run(live, pod.IP.String()); err != nil {
			return err
		}
		s.note("pod %s/%s (%s, service account %s) at %s", pod.Namespace, pod.Name, pod.Role, pod.ServiceAccount, pod.IP)
		admitted = append(admitted, pod)
	}
	s.World.Pods = admitted
	s.Warnings = append(s.Warnings, s.cluster.warnings.take()...)
	return nil
}

// isInjected is true where the webhook put a proxy into the pod, as a container or as an init container that goes on.
func isInjected(pod *corev1.Pod) bool {
	return slices.ContainsFunc(slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers), func(container corev1.Container) bool {
		return container.Name == proxyContainer && container.Image != replaced
	})
}

// live is the pod that the API server has.
func (s *Scene) live(pod *world.Pod) (*corev1.Pod, error) {
	if pod.Template != nil {
		return s.podOfDeployment(pod)
	}
	if err := s.putAccount(pod.Namespace, pod.ServiceAccount); err != nil {
		return nil, err
	}
	live, err := s.cluster.kube.CoreV1().Pods(pod.Namespace).Create(context.Background(), submitted(pod), metav1.CreateOptions{})
	if apierrors.IsForbidden(err) || apierrors.IsInvalid(err) {
		s.Inadmissible[pod] = err.Error()
		return nil, nil
	}
	return live, err
}

// submitted is a pod as its owner writes it: what is to have a proxy asks for it.
func submitted(pod *world.Pod) *corev1.Pod {
	out := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name, Labels: map[string]string{}, Annotations: map[string]string{}},
		Spec:       corev1.PodSpec{ServiceAccountName: pod.ServiceAccount, Containers: []corev1.Container{{Name: "app", Image: "app"}}},
	}
	maps.Copy(out.Labels, pod.Labels)
	out.Labels[label.SidecarInject.Name] = fmt.Sprint(pod.Role != world.Plain)
	if pod.Role == world.InGateway {
		out.Annotations[annotation.InjectTemplates.Name] = "gateway"
		out.Spec.Containers = []corev1.Container{{Name: proxyContainer, Image: replaced}}
	}
	if pod.Stated != nil {
		out.Spec.Tolerations, out.Spec.NodeName = pod.Stated.Tolerations, pod.Stated.NodeName
	}
	return out
}

// putAccount makes a service account, unless the manifests or the controllers have made it.
func (s *Scene) putAccount(namespace, name string) error {
	accounts := s.cluster.kube.CoreV1().ServiceAccounts(namespace)
	get := func() error {
		_, err := accounts.Get(context.Background(), name, metav1.GetOptions{})
		return err
	}
	if name == "default" {
		return within(get)
	}
	if err := get(); !apierrors.IsNotFound(err) {
		return err
	}
	account, err := unstructuredOf(&corev1.ServiceAccount{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
	})
	if err != nil {
		return err
	}
	s.note("serviceaccount %s/%s", namespace, name)
	return s.put(account)
}

// podOfDeployment is one of the pods that the controllers made; the others stay without a node.
func (s *Scene) podOfDeployment(pod *world.Pod) (*corev1.Pod, error) {
	name := strings.TrimSuffix(pod.Name, "-0")
	var found *corev1.Pod
	err := within(func() error {
		deployment, err := s.cluster.kube.AppsV1().Deployments(pod.Namespace).Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		// by owner: another Deployment's pods may fit the selector, and its name begin with this one's
		selected := metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(deployment.Spec.Selector)}
		sets, err := s.cluster.kube.AppsV1().ReplicaSets(pod.Namespace).List(context.Background(), selected)
		if err != nil {
			return err
		}
		pods, err := s.cluster.kube.CoreV1().Pods(pod.Namespace).List(context.Background(), selected)
		if err != nil {
			return err
		}
		for i := range pods.Items {
			if slices.ContainsFunc(sets.Items, func(set appsv1.ReplicaSet) bool {
				return metav1.IsControlledBy(&set, deployment) && metav1.IsControlledBy(&pods.Items[i], &set)
			}) {
				found = &pods.Items[i]
				return nil
			}
		}
		return fmt.Errorf("no pod of deployment %s/%s: %s", pod.Namespace, name, failure(deployment))
	})
	return found, err
}

// failure is what keeps a Deployment from having pods.
func failure(deployment *appsv1.Deployment) string {
	for _, condition := range deployment.Status.Conditions {
		if condition.Type == appsv1.DeploymentReplicaFailure {
			return condition.Message
		}
	}
	return "the controllers have made none"
}
