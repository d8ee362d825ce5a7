package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"istio.io/istio/operator/pkg/render"

	"github.com/cdk8s-istio-egress/conformance/internal/process"
)

const (
	istioSystem = "istio-system"

	readyPort, metricsPort, xdsPort, authorityPort = 8080, 15014, 15010, 15012
	// quietFor is how much longer than istiod joins changes nothing must come for it to be quiet.
	quietFor, quietWithin = 130 * time.Millisecond, 10 * time.Second
)

// installed are the values of Istio's charts: istiod alone, and the webhook that validates what names no revision.
var installed = []string{"profile=minimal", "values.pilot.autoscaleEnabled=false", "values.defaultRevision=default"}

// tagged are the values that let istiod serve more revisions than its own.
func tagged(revisions []string) []string {
	var out []string
	for i, revision := range revisions {
		out = append(out, fmt.Sprintf("values.revisionTags[%d]=%s", i, revision))
	}
	return out
}

// installIstio applies what Istio's own charts render.
func (c *Cluster) installIstio() error {
	sets, _, err := render.GenerateManifest(nil, append(tagged(c.options.Revisions), installed...), true, nil, nil)
	if err != nil {
		return fmt.Errorf("istio's charts: %w", err)
	}
	objects := []*unstructured.Unstructured{{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": istioSystem}}}}
	for _, set := range sets {
		for _, manifest := range set.Manifests {
			objects = append(objects, manifest.Unstructured)
		}
	}
	early := []string{"Namespace", "CustomResourceDefinition"}
	rank := func(object *unstructured.Unstructured) int {
		if at := slices.Index(early, object.GetKind()); at >= 0 {
			return at
		}
		return len(early)
	}
	slices.SortStableFunc(objects, func(a, b *unstructured.Unstructured) int { return cmp.Compare(rank(a), rank(b)) })
	for _, object := range objects {
		if _, err := c.apply(object); err != nil {
			return fmt.Errorf("istio's own %s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	if _, err := c.applyTyped(dns()); err != nil {
		return err
	}
	return c.until("istio's definitions", c.established)
}

func (c *Cluster) established() error {
	found, err := c.dynamic.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}).
		List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, definition := range found.Items {
		conditions, _, _ := unstructured.NestedSlice(definition.Object, "status", "conditions")
		if !slices.ContainsFunc(conditions, func(one any) bool {
			condition, _ := one.(map[string]any)
			return condition["type"] == "Established" && condition["status"] == "True"
		}) {
			return fmt.Errorf("%s is not established", definition.GetName())
		}
	}
	c.mapper.Reset()
	return nil
}

// startIstiod runs what the one container of the chart's own Deployment says, as the pod that the controllers made of it.
func (c *Cluster) startIstiod() error {
	var pod *corev1.Pod
	err := c.until("the pod of istiod", func() error {
		found, err := c.kube.CoreV1().Pods(istioSystem).List(context.Background(), metav1.ListOptions{LabelSelector: "app=istiod"})
		if err == nil && len(found.Items) == 0 {
			err = errors.New("the controllers have made none")
		}
		if err == nil {
			pod = &found.Items[0]
		}
		return err
	})
	if err != nil {
		return err
	}
	token, err := c.Token(istioSystem, pod.Spec.ServiceAccountName, "")
	if err != nil {
		return err
	}
	config, err := c.kubeconfig("istiod", token)
	if err != nil {
		return err
	}
	container := pod.Spec.Containers[0]
	variables := map[string]string{
		"POD_NAME": pod.Name, "POD_NAMESPACE": pod.Namespace, "SERVICE_ACCOUNT": pod.Spec.ServiceAccountName, "KUBECONFIG": config, "PILOT_DEBOUNCE_AFTER": c.options.Debounce.String(),
	}
	for _, variable := range container.Env {
		if _, ours := variables[variable.Name]; !ours && variable.ValueFrom == nil {
			variables[variable.Name] = variable.Value
		}
	}
	var environment []string
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		environment = append(environment, name+"="+variables[name])
	}
	if err := c.giveAuthority(); err != nil {
		return err
	}
	c.launch = func() (err error) {
		c.istiod, err = c.start("istiod", environment, append([]string{c.tools.Istiod, "--kubeconfig=" + config}, container.Args...)...)
		if err != nil {
			return err
		}
		return c.until("istiod", func() error {
			_, err := c.get(readyPort, "/ready")
			return err
		})
	}
	if err := c.launch(); err != nil {
		return err
	}
	if err := c.Run(pod, address); err != nil {
		return err
	}
	return c.until("istiod's webhooks", c.patched)
}

// restartIstiod starts istiod anew, which knows nothing of before.
func (c *Cluster) restartIstiod() error {
	c.istiod.Stop()
	c.processes = slices.DeleteFunc(c.processes, func(one *process.Process) bool { return one == c.istiod })
	c.rights = map[string]bool{}
	return c.launch()
}

// giveAuthority puts the mesh's authority where a Secret cacerts would be mounted.
func (c *Cluster) giveAuthority() error {
	folder := c.path("istiod", "etc", "cacerts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	key, err := c.Mesh.KeyPEM()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"ca-cert.pem": c.Mesh.PEM, "cert-chain.pem": c.Mesh.PEM, "root-cert.pem": c.Mesh.PEM, "ca-key.pem": key} {
		if err := os.WriteFile(folder+"/"+name, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// patched says whether istiod has put its certificate into its webhooks, and lets those that validate fail closed.
func (c *Cluster) patched() error {
	validating, err := c.kube.AdmissionregistrationV1().ValidatingWebhookConfigurations().List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, configuration := range validating.Items {
		for _, webhook := range configuration.Webhooks {
			if len(webhook.ClientConfig.CABundle) == 0 || *webhook.FailurePolicy != admissionv1.Fail {
				return fmt.Errorf("%s of %s is not ready", webhook.Name, configuration.Name)
			}
		}
	}
	mutating, err := c.kube.AdmissionregistrationV1().MutatingWebhookConfigurations().List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, configuration := range mutating.Items {
		for _, webhook := range configuration.Webhooks {
			if len(webhook.ClientConfig.CABundle) == 0 {
				return fmt.Errorf("%s of %s is not ready", webhook.Name, configuration.Name)
			}
		}
	}
	if len(validating.Items) == 0 || len(mutating.Items) == 0 {
		return errors.New("there are none")
	}
	return nil
}

// setMesh puts the mesh's configuration where the chart has it, if it is another one.
func (c *Cluster) setMesh(text string) error {
	if text == c.mesh {
		return nil
	}
	config := &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: metav1.ObjectMeta{Namespace: istioSystem, Name: "istio"},
		Data: map[string]string{"mesh": text, "meshNetworks": "networks: {}"},
	}
	if _, err := c.applyTyped(config); err != nil {
		return err
	}
	c.mesh = text
	return nil
}

var inbound = regexp.MustCompile(`(?m)^(?:pilot_inbound_updates|pilot_xds_pushes)\{[^}]*\} (\S+)$`)

// quiet waits until istiod has heard of nothing new, and told proxies nothing new, for longer than it joins changes.
func (c *Cluster) quiet() error {
	last, since := -1.0, time.Now()
	for deadline := time.Now().Add(quietWithin); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		page, err := c.get(metricsPort, "/metrics")
		if err != nil {
			return err
		}
		heard := 0.0
		for _, match := range inbound.FindAllStringSubmatch(page, -1) {
			count, err := strconv.ParseFloat(match[1], 64)
			if err != nil {
				return err
			}
			heard += count
		}
		if heard != last {
			last, since = heard, time.Now()
		}
		if time.Since(since) > c.options.Debounce+quietFor {
			return nil
		}
	}
	return fmt.Errorf("istiod did not become quiet within %s", quietWithin)
}
