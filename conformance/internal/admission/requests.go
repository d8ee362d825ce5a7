package admission

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"sigs.k8s.io/yaml"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Expected is a request of a table, and what must become of it.
type Expected struct {
	Name string `json:"name"`
	As   Who    `json:"as"`
	// Manifests is a file from the folder of the table, every object of which is made.
	Manifests string `json:"manifests"`
	// Object is made; Old is changed into it, or deleted if there is none.
	Object *unstructured.Unstructured `json:"object"`
	Old    *unstructured.Unstructured `json:"old"`
	// Subresource is what of an object is changed.
	Subresource string `json:"subresource"`
	// Injected pods get a sidecar before the policies see them.
	Injected bool `json:"injected"`
	// Rights is a file from the folder of the table: where it is given, whoever asks has the rights of the Roles in it, and no others.
	Rights string `json:"rights"`
	// Refused is how the name of the policy begins that refuses it, or ByRights; empty if it is taken.
	Refused string `json:"refused"`
}

// ByRights is the refusal of somebody who has no right to ask, which only an API server tells.
const ByRights = "rights"

// Namespace is where the request is.
func (e Expected) Namespace() string {
	if e.Object != nil {
		return e.Object.GetNamespace()
	}
	return e.Old.GetNamespace()
}

// Judge says what is wrong with what became of it: why it was refused, or nothing if it was taken.
func (e Expected) Judge(why string) error {
	switch {
	case e.Refused == "" && why != "":
		return errors.New("refused")
	case e.Refused != "" && why == "":
		return errors.New("taken")
	case e.Refused == ByRights && !strings.Contains(why, " cannot "):
		return errors.New("refused, and not for want of rights")
	case e.Refused == ByRights || e.Refused == "":
		return nil
	case !strings.Contains(why, "'"+e.Refused):
		return errors.New("refused by something else")
	case strings.Contains(why, "compilation error") || strings.Contains(why, "resulted in error"):
		return errors.New("refused by an expression that fails")
	}
	return nil
}

// String is what must become of it.
func (e Expected) String() string {
	switch e.Refused {
	case "":
		return "taken"
	case ByRights:
		return "refused: no such right"
	}
	return "refused by " + e.Refused
}

// Who asks: a service account as namespace/name, or a user with groups.
type Who struct{ user.Info }

// UnmarshalJSON reads either.
func (w *Who) UnmarshalJSON(raw []byte) error {
	var account string
	if json.Unmarshal(raw, &account) == nil {
		namespace, name, found := strings.Cut(account, "/")
		if !found {
			return fmt.Errorf("%s is no namespace/name", account)
		}
		w.Info = serviceaccount.UserInfo(namespace, name, "")
		return nil
	}
	var one struct {
		User   string   `json:"user"`
		Groups []string `json:"groups"`
	}
	err := json.Unmarshal(raw, &one)
	w.Info = &user.DefaultInfo{Name: one.User, Groups: one.Groups}
	return err
}

// ReadTable reads a table of requests.
func ReadTable(path string) ([]Expected, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []Expected
	if err := yaml.UnmarshalStrict(text, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var all []Expected
	for _, one := range out {
		if one.Name == "" || one.As.Info == nil || one.Object == nil && one.Old == nil && one.Manifests == "" {
			return nil, fmt.Errorf("%s: %q lacks a name, who asks, or an object", path, one.Name)
		}
		if one.Rights != "" {
			one.Rights = filepath.Join(filepath.Dir(path), one.Rights)
		}
		each, err := one.each(filepath.Dir(path))
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, one.Name, err)
		}
		all = append(all, each...)
	}
	return all, nil
}

// each is a request for every object.
func (e Expected) each(folder string) ([]Expected, error) {
	if e.Manifests == "" {
		return []Expected{e}, nil
	}
	set, err := manifests.ParseFile(filepath.Join(folder, e.Manifests))
	if err != nil {
		return nil, err
	}
	var out []Expected
	for _, object := range set.Objects {
		one := e
		one.Name, one.Object = e.Name+": "+object.ID(), object.Raw
		out = append(out, one)
	}
	return out, nil
}

// Simulate says of every request of a table why the policies among the manifests would refuse it. A pod that is to have a sidecar gets one in
// name; rights are not asked for.
func Simulate(policies *manifests.Set, table []Expected) ([]string, error) {
	var places []runtime.Object
	for _, one := range table {
		place := &unstructured.Unstructured{Object: map[string]any{}}
		place.SetNamespace(one.Namespace())
		places = append(places, place)
	}
	reviewer, err := Start(policies, places)
	if err != nil {
		return nil, err
	}
	defer reviewer.Stop()
	out := make([]string, len(table))
	for i, one := range table {
		if out[i], err = reviewer.Review(one.simulated()); err != nil {
			return nil, fmt.Errorf("%s: %w", one.Name, err)
		}
	}
	return out, nil
}

func (e Expected) simulated() Request {
	out := Request{User: e.As.Info, Subresource: e.Subresource}
	if e.Old != nil {
		out.Old = e.Old
	}
	if e.Object == nil {
		return out
	}
	object := e.Object.DeepCopy()
	if object.GetName() == "" {
		object.SetName(object.GetGenerateName() + "x")
	}
	if e.Injected {
		containers, _, _ := unstructured.NestedSlice(object.Object, "spec", "containers")
		identity := map[string]any{"runAsUser": int64(1337), "runAsGroup": int64(1337)}
		containers = append(containers, map[string]any{"name": "istio-proxy", "image": "istio/proxyv2", "securityContext": identity})
		_ = unstructured.SetNestedSlice(object.Object, containers, "spec", "containers")
	}
	out.Object = object
	return out
}
