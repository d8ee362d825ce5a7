package injection_test

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/injection"
)

func pod(labels, annotations map[string]string, container string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "n", Namespace: "a", Labels: labels, Annotations: annotations},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: container, Image: "auto"}}},
	}
}

func projectsToken(volume corev1.Volume) bool {
	return volume.Projected != nil && slices.ContainsFunc(volume.Projected.Sources, func(source corev1.VolumeProjection) bool {
		return source.ServiceAccountToken != nil && source.ServiceAccountToken.Audience == "istio-ca"
	})
}

func TestPod(t *testing.T) {
	gateway := map[string]string{"inject.istio.io/templates": "gateway"}
	injected, err := injection.Pod(pod(map[string]string{injection.Label: "true"}, gateway, "istio-proxy"))
	if err != nil {
		t.Fatal(err)
	}
	if len(injected.Spec.Containers) != 1 || injection.Waits(injected) {
		t.Errorf("the gateway's template fills in the container: %+v", injected.Spec.Containers)
	}
	if !slices.ContainsFunc(injected.Spec.Volumes, projectsToken) {
		t.Errorf("istiod knows the proxy by a token that the template projects, whatever the pod has of the API server: %+v", injected.Spec.Volumes)
	}
	if injected, err = injection.Pod(pod(nil, gateway, "proxy")); err != nil || !injection.Waits(injected) {
		t.Errorf("no template knows a container of another name, %v", err)
	}
	application := pod(nil, nil, "app")
	application.Spec.Containers[0].Image = "app"
	if injected, err = injection.Pod(application); err != nil {
		t.Fatal(err)
	}
	proxies := len(injected.Spec.InitContainers) + len(injected.Spec.Containers) - 1
	if proxies < 1 || len(application.Spec.Containers) != 1 {
		t.Errorf("a sidecar joins, and the pod given stays as it was: %+v", injected.Spec)
	}
	if _, err = injection.Pod(pod(map[string]string{injection.Label: "false"}, nil, "app")); err == nil {
		t.Error("a pod that wants none is not injected")
	}
	if _, err = injection.Pod(pod(nil, map[string]string{"inject.istio.io/templates": "none-such"}, "app")); err == nil {
		t.Error("there is no such template")
	}
}
