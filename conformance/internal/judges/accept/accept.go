// Package accept is tier 0: would kubectl, the API server and Istio take the manifests?
package accept

import (
	"fmt"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/test/env"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Judge is tier 0: would kubectl read the manifests, would the API server, Pod
// Security and Istio's webhook take them, and what does istioctl analyze say?
type Judge struct {
	validator *crd.Validator
}

// Verdict is the judge's answer: any error refuses.
type Verdict struct {
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
	// Noise are messages of istioctl analyze that are known to say nothing, each with the reason.
	Noise []string `json:"noise"`
	// NotJudged are objects of whose kind nothing is known here, so that only their metadata was looked at.
	NotJudged []string `json:"notJudged,omitempty"`
}

// Accepted is true if nothing refuses.
func (v *Verdict) Accepted() bool { return len(v.Errors) == 0 }

// New compiles the CRDs of the Istio version that go.mod pins.
func New() (*Judge, error) {
	validator, err := validatorOf(
		filepath.Join(env.IstioSrc, "tests/integration/pilot/testdata/gateway-api-crd.yaml"),
		filepath.Join(env.IstioSrc, "manifests/charts/base/files/crd-all.gen.yaml"),
	)
	if err != nil {
		return nil, fmt.Errorf("the CRDs of istio.io/istio (is the module cache there?): %w", err)
	}
	return &Judge{validator: validator}, nil
}

// Objects judges each object alone: all of tier 0 but istioctl analyze.
func (a *Judge) Objects(text string) (*manifests.Set, *Verdict) {
	verdict := &Verdict{}
	verdict.addErrors(manifests.Kubectl(strings.NewReader(text)))
	set, err := manifests.Parse(text)
	verdict.addErrors(err)
	for _, object := range set.Objects {
		a.object(object, set, verdict)
	}
	if len(set.Objects) == 0 && err == nil {
		verdict.fail("no object at all")
	}
	return set, verdict
}

// Files judges a file, or all that kubectl takes of a folder.
func (a *Judge) Files(path string) *Verdict {
	text, err := manifests.KubectlFiles(path)
	if err != nil {
		verdict := &Verdict{}
		verdict.addErrors(err)
		return verdict
	}
	_, verdict := a.Objects(text)
	return verdict
}

func (a *Judge) object(object *manifests.Object, set *manifests.Set, verdict *Verdict) {
	if object.Kubernetes != nil && object.Schema == nil {
		verdict.ofKubernetes(object, set)
		return
	}
	for _, problem := range metadata(object) {
		verdict.fail("%s: %s", object.ID(), problem)
	}
	if object.Schema == nil {
		verdict.NotJudged = append(verdict.NotJudged, fmt.Sprintf("%s: only its metadata: a cluster has %s if somebody brings it", object.ID(), object.Raw.GroupVersionKind()))
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

// metadata is what the API server checks of every custom resource, whatever its kind.
func metadata(object *manifests.Object) []string {
	var out []string
	namespaced := object.Raw.GetNamespace() != ""
	for _, err := range validation.ValidateObjectMetaAccessor(object.Raw, namespaced, validation.NameIsDNSSubdomain, field.NewPath("metadata")) {
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
