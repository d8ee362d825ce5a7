// Package manifests reads Kubernetes YAML as the API server would store it.
package manifests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	kubelib "istio.io/istio/pkg/kube"
)

// Domain is the cluster's DNS suffix.
const Domain = "cluster.local"

const gatewayAPI = "gateway.networking.k8s.io"

var strictDecoder = serializer.NewCodecFactory(kubelib.IstioScheme, serializer.EnableStrict).UniversalDeserializer()

// Object is one document, in each form that a judge wants it in.
type Object struct {
	// Raw went through JSON: integers are int64, as the API server sees them.
	Raw *unstructured.Unstructured
	// JSON is the whole document.
	JSON []byte
	// Schema and Config are set for Istio's and the Gateway API's kinds.
	Schema resource.Schema
	Config *config.Config
	// Kubernetes is set for the kinds of Kubernetes itself.
	Kubernetes runtime.Object
}

// ID names an object in messages.
func (o *Object) ID() string {
	return fmt.Sprintf("%s %s/%s", o.Raw.GetKind(), o.Raw.GetNamespace(), o.Raw.GetName())
}

// Set is every object of a YAML stream, in its order.
type Set struct {
	Objects []*Object
}

// Parse reads a stream strictly: a repeated key, an unknown field or a document
// without kind or name is an error. All errors are returned, joined; what could
// be read is in the Set all the same.
func Parse(text string) (*Set, error) {
	set := &Set{}
	var problems []error
	seen := map[string]bool{}
	reader := kubeyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for index := 1; ; index++ {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return set, errors.Join(append(problems, fmt.Errorf("document %d: %w", index, err))...)
		}
		object, err := parseDocument(document)
		if err != nil {
			problems = append(problems, fmt.Errorf("document %d: %w", index, err))
		}
		if object == nil {
			continue
		}
		if id := object.Raw.GroupVersionKind().Group + object.ID(); seen[id] {
			problems = append(problems, fmt.Errorf("document %d: %s is there twice", index, object.ID()))
		} else {
			seen[id] = true
		}
		set.Objects = append(set.Objects, object)
	}
	return set, errors.Join(problems...)
}

// ParseFile parses a file, whose path its errors name.
func ParseFile(path string) (*Set, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set, err := Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return set, nil
}

func parseDocument(document []byte) (*Object, error) {
	raw, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return nil, err
	}
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null")) {
		return nil, nil
	}
	object := &Object{Raw: &unstructured.Unstructured{}, JSON: raw}
	if err := object.Raw.UnmarshalJSON(raw); err != nil {
		return nil, err
	}
	// before anything is defaulted: "namespace: n" is false in YAML, and no string
	if err := json.Unmarshal(raw, &metav1.PartialObjectMetadata{}); err != nil {
		return nil, fmt.Errorf("%s: %w", object.Raw.GetKind(), err)
	}
	if object.Raw.GetAPIVersion() == "" {
		return nil, fmt.Errorf("%s without an apiVersion", object.Raw.GetKind())
	}
	if object.Raw.GetName() == "" {
		return nil, fmt.Errorf("%s without a name", object.Raw.GetKind())
	}
	return object, object.decode()
}

func (o *Object) decode() error {
	gvk := o.Raw.GroupVersionKind()
	schema, isIstio := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&gvk))
	if kubelib.IstioScheme.Recognizes(gvk) && (!isIstio || schema.IsBuiltin()) {
		o.defaultNamespace(isNamespaced(gvk.Kind))
		typed, _, err := strictDecoder.Decode(o.JSON, nil, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", o.ID(), err)
		}
		o.Kubernetes = typed
		return o.defaultService()
	}
	if !isIstio {
		return nil
	}
	o.defaultNamespace(!schema.IsClusterScoped())
	o.Schema = schema
	spec, err := json.Marshal(o.Raw.Object["spec"])
	if err != nil {
		return err
	}
	if err := applyStrict(schema, spec); err != nil {
		return fmt.Errorf("%s: %w", o.ID(), err)
	}
	kind := crd.IstioKind{}
	if err := json.Unmarshal(o.JSON, &kind); err != nil {
		return fmt.Errorf("%s: %w", o.ID(), err)
	}
	if o.Config, err = crd.ConvertObject(schema, &kind, Domain); err != nil {
		return fmt.Errorf("%s: %w", o.ID(), err)
	}
	if gvk.Group != gatewayAPI {
		return nil
	}
	// Istio reads these from Kubernetes, not from its own store
	if o.Kubernetes, _, err = strictDecoder.Decode(o.JSON, nil, nil); err != nil {
		return fmt.Errorf("%s: %w", o.ID(), err)
	}
	return nil
}

// defaultService does what the API server does to a Service that says no more
// than it must.
func (o *Object) defaultService() error {
	service, ok := o.Kubernetes.(*corev1.Service)
	if !ok {
		return nil
	}
	for i := range service.Spec.Ports {
		if port := &service.Spec.Ports[i]; port.Protocol == "" {
			port.Protocol = corev1.ProtocolTCP
		}
	}
	var err error
	o.JSON, err = json.Marshal(service)
	return err
}

func (o *Object) defaultNamespace(namespaced bool) {
	if namespaced && o.Raw.GetNamespace() == "" {
		o.Raw.SetNamespace("default")
		o.JSON, _ = o.Raw.MarshalJSON()
	}
}

func isNamespaced(kind string) bool {
	switch kind {
	case "Namespace", "ClusterRole", "ClusterRoleBinding", "GatewayClass", "CustomResourceDefinition",
		"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding":
		return false
	}
	return true
}
