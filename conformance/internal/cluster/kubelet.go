package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// node is where the lab runs pods.
const node = "lab"

func (c *Cluster) addNode() error {
	_, err := c.applyTyped(&corev1.Node{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Node"}, ObjectMeta: metav1.ObjectMeta{Name: node}})
	return err
}

// Run does what a scheduler and a kubelet would: it gives a pod a node and an address, and says that it is ready.
func (c *Cluster) Run(pod *corev1.Pod, address string) error {
	pods := c.kube.CoreV1().Pods(pod.Namespace)
	if pod.Spec.NodeName == "" {
		err := pods.Bind(context.Background(), &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name}, Target: corev1.ObjectReference{Kind: "Node", Name: node},
		}, metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("pod %s/%s on a node: %w", pod.Namespace, pod.Name, err)
		}
	}
	running, err := pods.Get(context.Background(), pod.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	running.Status.Phase, running.Status.PodIP, running.Status.PodIPs = corev1.PodRunning, address, []corev1.PodIP{{IP: address}}
	running.Status.Conditions = append(running.Status.Conditions, corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionTrue})
	_, err = pods.UpdateStatus(context.Background(), running, metav1.UpdateOptions{})
	if err != nil {
		return fmt.Errorf("pod %s/%s at %s: %w", pod.Namespace, pod.Name, address, err)
	}
	return nil
}
