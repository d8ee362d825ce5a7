// Package accept is tier 0: would the API server and Istio take the manifests?
package accept

import (
	"fmt"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/test/env"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Judge is tier 0: would the API server and Istio's webhook take the manifests,
// and what does istioctl analyze say of them?
type Judge struct {
	validator *crd.Validator
}

// Verdict is the judge's answer: any error refuses.
type Verdict struct {
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
	// Noise are messages of istioctl analyze that are known to say nothing, each with the reason.
	Noise []string `json:"noise"`
}

// Accepted is true if nothing refuses.
func (v *Verdict) Accepted() bool { return len(v.Errors) == 0 }

// New compiles the CRDs of the Istio version that go.mod pins.
func New() (*Judge, error) {
	validator, err := crd.NewValidatorFromFilesWithOptions([]string{
		filepath.Join(env.IstioSrc, "tests/integration/pilot/testdata/gateway-api-crd.yaml"),
		filepath.Join(env.IstioSrc, "manifests/charts/base/files/crd-all.gen.yaml"),
	}, crd.WithoutCRDValidation())
	if err != nil {
		return nil, fmt.Errorf("the CRDs of istio.io/istio (is the module cache there?): %w", err)
	}
	return &Judge{validator: validator}, nil
}

// Objects judges each object alone: all of tier 0 but istioctl analyze.
func (a *Judge) Objects(text string) (*manifests.Set, *Verdict) {
	verdict := &Verdict{}
	set, err := manifests.Parse(text)
	verdict.addErrors(err)
	for _, object := range set.Objects {
		a.object(object, verdict)
	}
	if len(set.Objects) == 0 && err == nil {
		verdict.fail("no object at all")
	}
	return set, verdict
}

func (a *Judge) object(object *manifests.Object, verdict *Verdict) {
	for _, problem := range metadata(object.Raw) {
		verdict.fail("%s: %s", object.ID(), problem)
	}
	if object.Schema == nil {
		if object.Kubernetes == nil {
			verdict.warn("%s: no schema of %s is known here, only its metadata was looked at", object.ID(), object.Raw.GroupVersionKind())
		}
		return
	}
	if err := a.validator.ValidateCustomResource(object.Raw); err != nil {
		verdict.fail("%s: CRD: %s", object.ID(), oneLine(err))
	}
	if object.Config == nil {
		return
	}
	warning, err := object.Schema.ValidateConfig(*object.Config)
	if err != nil {
		verdict.fail("%s: webhook: %s", object.ID(), oneLine(err))
	}
	if warning != nil {
		verdict.warn("%s: webhook: %s", object.ID(), oneLine(warning))
	}
}

// metadata is what the API server checks of every object, whatever its kind.
func metadata(raw *unstructured.Unstructured) []string {
	var out []string
	add := func(where string, problems []string) {
		for _, problem := range problems {
			out = append(out, fmt.Sprintf("metadata.%s: %s", where, problem))
		}
	}
	isName := validation.NameIsDNSSubdomain
	switch raw.GetKind() {
	case "Service":
		isName = validation.NameIsDNS1035Label
	case "Namespace":
		isName = validation.NameIsDNSLabel
	case "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding":
		isName = func(string, bool) []string { return nil }
	}
	add("name", isName(raw.GetName(), false))
	if ns := raw.GetNamespace(); ns != "" {
		add("namespace", utilvalidation.IsDNS1123Label(ns))
	}
	for _, err := range metavalidation.ValidateLabels(raw.GetLabels(), field.NewPath("metadata", "labels")) {
		out = append(out, err.Error())
	}
	for _, err := range validation.ValidateAnnotations(raw.GetAnnotations(), field.NewPath("metadata", "annotations")) {
		out = append(out, err.Error())
	}
	return out
}

func (v *Verdict) fail(format string, args ...any) {
	v.Errors = append(v.Errors, fmt.Sprintf(format, args...))
}

func (v *Verdict) warn(format string, args ...any) {
	v.Warnings = append(v.Warnings, fmt.Sprintf(format, args...))
}

func (v *Verdict) addErrors(err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			v.addErrors(one)
		}
		return
	}
	v.fail("%s", oneLine(err))
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
