package kubernetes

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	core "k8s.io/kubernetes/pkg/apis/core"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"
	podsecurity "k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// restricted is what pods are held to where no Namespace says otherwise.
var restricted = api.Policy{Enforce: api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}}

// PodOf is the pod that the controller of a workload would ask for, with the
// service account that a pod without one is given: nil if the object is no workload.
func PodOf(object runtime.Object) *corev1.Pod {
	metadata, spec, err := podsecurity.DefaultPodSpecExtractor{}.ExtractPodSpec(object)
	if err != nil || spec == nil {
		return nil
	}
	pod := &corev1.Pod{ObjectMeta: *metadata.DeepCopy(), Spec: *spec.DeepCopy()}
	if pod.Spec.ServiceAccountName == "" {
		pod.Spec.ServiceAccountName = "default"
	}
	pod.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Pod"))
	return pod
}

// CreatePod is Create for a pod, and then Pod Security at the level that the
// labels of its namespace enforce: `restricted` unless they say otherwise.
func CreatePod(pod *corev1.Pod, labels map[string]string) (problems, warnings []string) {
	document, err := json.Marshal(pod)
	if err != nil {
		return []string{err.Error()}, nil
	}
	object, _, err := decoder.Decode(document, nil, nil)
	if err != nil {
		return []string{err.Error()}, nil
	}
	problems, warnings = create(corev1.SchemeGroupVersion.WithKind("Pod"), object)
	// what was defaulted is what the plugin sees
	stored := &corev1.Pod{}
	if err := corev1conversion.Convert_core_Pod_To_v1_Pod(object.(*core.Pod), stored, nil); err != nil {
		return append(problems, err.Error()), warnings
	}
	return append(problems, violations(stored, labels)...), warnings
}

func violations(pod *corev1.Pod, labels map[string]string) []string {
	level, problems := api.PolicyToEvaluate(labels, restricted)
	if len(problems) > 0 {
		return []string{problems.ToAggregate().Error()}
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(level.Enforce, &pod.ObjectMeta, &pod.Spec))
	if !result.Allowed {
		out = append(out, fmt.Sprintf("violates PodSecurity %q: %s", level.Enforce.String(), result.ForbiddenDetail()))
	}
	return out
}
