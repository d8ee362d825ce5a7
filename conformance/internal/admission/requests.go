package admission

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"sigs.k8s.io/yaml"
)

// Expected is a request of a table, and what must become of it.
type Expected struct {
	Name string `json:"name"`
	As   Who    `json:"as"`
	// Object is made; Old is changed into it, or deleted if there is none.
	Object *unstructured.Unstructured `json:"object"`
	Old    *unstructured.Unstructured `json:"old"`
	// Injected pods get a sidecar before the policies see them.
	Injected bool `json:"injected"`
	// Refused is how the name of the policy begins that refuses it; empty if it is taken.
	Refused string `json:"refused"`
}

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
		return fmt.Errorf("%s: refused: %s", e.Name, why)
	case e.Refused != "" && why == "":
		return fmt.Errorf("%s: taken", e.Name)
	case e.Refused != "" && !strings.Contains(why, "'"+e.Refused):
		return fmt.Errorf("%s: refused by another policy than %s: %s", e.Name, e.Refused, why)
	case e.Refused != "" && !strings.Contains(why, "denied request: "):
		return fmt.Errorf("%s: refused, and not for a reason: %s", e.Name, why)
	case strings.Contains(why, "resulted in error"):
		return fmt.Errorf("%s: refused by an expression that fails: %s", e.Name, why)
	}
	return nil
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
	for _, one := range out {
		if one.Name == "" || one.As.Info == nil || one.Object == nil && one.Old == nil {
			return nil, fmt.Errorf("%s: %q lacks a name, who asks, or an object", path, one.Name)
		}
	}
	return out, nil
}
