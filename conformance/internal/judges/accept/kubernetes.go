package accept

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/injection"
	"github.com/cdk8s-istio-egress/conformance/internal/kubernetes"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// ofKubernetes judges an object of Kubernetes' own kinds, and the pods that it asks for.
func (v *Verdict) ofKubernetes(object *manifests.Object, set *manifests.Set) {
	gvk := object.Raw.GroupVersionKind()
	if !kubernetes.Judges(gvk) {
		v.NotJudged = append(v.NotJudged, fmt.Sprintf("%s: only its fields: the API server's code for %s is not among those that are asked", object.ID(), gvk))
		return
	}
	problems, warnings := kubernetes.Create(gvk, object.JSON)
	v.say(object, "API server", problems, warnings)
	if pod := kubernetes.PodOf(object.Kubernetes); pod != nil && len(problems) == 0 {
		pod.Namespace = object.Raw.GetNamespace()
		if pod.Name == "" {
			pod.Name = object.Raw.GetName() + "-pod"
		}
		v.pod(object, pod, labelsOf(set, pod.Namespace))
	}
}

// pod judges a pod as the API server gets it: with what Istio's webhook adds,
// and where the manifests leave open whether it does, also without.
func (v *Verdict) pod(object *manifests.Object, pod *corev1.Pod, namespace map[string]string) {
	injects, said := pod.Labels[injection.Label]
	if injects != "true" && !(injection.Waits(pod) && !said) {
		problems, warnings := kubernetes.CreatePod(pod.DeepCopy(), namespace)
		v.say(object, "pod", problems, warnings)
	}
	if injects == "false" || pod.Spec.HostNetwork {
		return
	}
	injected, err := injection.Pod(pod)
	if err != nil {
		v.fail("%s: injected pod: %s", object.ID(), oneLine(err))
		return
	}
	problems, warnings := kubernetes.CreatePod(injected, namespace)
	if injection.Waits(injected) {
		problems = append(problems, `a container keeps the image "auto": the injection templates of the pod have no container of its name`)
	}
	v.say(object, "injected pod", problems, warnings)
}

func (v *Verdict) say(object *manifests.Object, who string, problems, warnings []string) {
	for _, problem := range problems {
		v.fail("%s: %s: %s", object.ID(), who, problem)
	}
	for _, warning := range warnings {
		v.warn("%s: %s: %s", object.ID(), who, warning)
	}
}

func labelsOf(set *manifests.Set, name string) map[string]string {
	for _, namespace := range manifests.Typed[*corev1.Namespace](set) {
		if namespace.Name == name {
			return namespace.Labels
		}
	}
	return nil
}
