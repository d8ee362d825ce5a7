// Package attack asks what holds against whom: an app, beside what others write in namespaces of their own. Do its calls go the way that
// they said, does nobody get in or out by its doors, and does a later change of it still take effect?
package attack

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Case is an app, what is done against it, and what may hold that back.
type Case struct {
	Title string
	World world.Stated
	// Ours is the app, Later the same after a change that the calls Later tell of; Neighbours stand beside it from the beginning.
	Ours, Later, Neighbours *manifests.Set
	// Subjects are what is attacked: kinds of egress, by the hops that they go over.
	Subjects   []string
	Calls      []Call
	LaterCalls []Call
	Defences   []Defence
	Attacks    []Attack
}

// Call is one of the app, or of somebody who wants out by its doors.
type Call struct {
	Subject string
	world.Call
}

// Defence is what the owner of the mesh or of the app has set up, beside what the app writes by itself.
type Defence struct {
	Name  string
	Title string
	// Adds are objects that are there, and those that are there after the later change.
	Adds, AddsLater *manifests.Set
	Istiod          map[string]bool
	MeshConfig      string
	// Policies refuse objects before they are there.
	Policies *manifests.Set
}

// Attack is one kind of attack against each subject that it can be aimed at.
type Attack struct {
	Name, Title string
	Parts       []Part
}

// Part is an attack against one subject; without a subject, against the gateway or the mesh itself.
type Part struct {
	Subject string
	Objects *manifests.Set
	// Calls are the attacker's own: held is whoever gets no farther.
	Calls []Call
}

// file is attacks.json, but for what calls.json has too.
type file struct {
	Title string `json:"title"`
	// Ours, Later and Neighbours are NAME of NAME.k8s.yaml.
	Ours       string          `json:"ours"`
	OursLater  string          `json:"oursLater"`
	Neighbours string          `json:"neighbours"`
	World      json.RawMessage `json:"world"`
	Subjects   []string        `json:"subjects"`
	Calls      []callText      `json:"calls"`
	Later      []callText      `json:"later"`
	Defences   []struct {
		Name       string          `json:"name"`
		Title      string          `json:"title"`
		Adds       string          `json:"adds"`
		Policies   string          `json:"policies"`
		Istiod     map[string]bool `json:"istiod"`
		MeshConfig json.RawMessage `json:"meshConfig"`
	} `json:"defences"`
	Attacks []struct {
		Name  string `json:"name"`
		Title string `json:"title"`
		Parts []struct {
			Subject string            `json:"subject"`
			Objects []json.RawMessage `json:"objects"`
			Calls   []callText        `json:"calls"`
		} `json:"parts"`
	} `json:"attacks"`
}

type callText map[string]json.RawMessage

// Load reads NAME.json of a folder; schema is that of calls.json, and cases have their own beside it.
func Load(folder, name, schema string) (*Case, error) {
	path := filepath.Join(folder, name+".json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := check(path, filepath.Join(filepath.Dir(schema), "..", "attacks", "attacks.schema.json")); err != nil {
		return nil, err
	}
	read := file{}
	if err := json.Unmarshal(raw, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := &Case{Title: read.Title, Subjects: read.Subjects}
	for _, one := range []struct {
		name string
		set  **manifests.Set
	}{{read.Ours, &c.Ours}, {read.OursLater, &c.Later}, {read.Neighbours, &c.Neighbours}} {
		if *one.set, err = manifests.ParseFile(filepath.Join(folder, one.name+".k8s.yaml")); err != nil {
			return nil, err
		}
	}
	for _, one := range read.Defences {
		defence := Defence{Name: one.Name, Title: one.Title, Istiod: one.Istiod, MeshConfig: string(one.MeshConfig), Adds: &manifests.Set{}, AddsLater: &manifests.Set{}}
		if one.Adds != "" {
			if defence.Adds, err = manifests.ParseFile(filepath.Join(folder, one.Adds+".k8s.yaml")); err != nil {
				return nil, err
			}
			if defence.AddsLater, err = manifests.ParseFile(filepath.Join(folder, one.Adds+".later.k8s.yaml")); err != nil {
				return nil, err
			}
		}
		if one.Policies != "" {
			if defence.Policies, err = manifests.ParseFile(filepath.Join(folder, one.Policies+".k8s.yaml")); err != nil {
				return nil, err
			}
		}
		c.Defences = append(c.Defences, defence)
	}
	texts := slices.Concat(read.Calls, read.Later)
	for _, one := range read.Attacks {
		for _, part := range one.Parts {
			texts = append(texts, part.Calls...)
		}
	}
	calls, err := c.decode(path, read, texts, schema)
	if err != nil {
		return nil, err
	}
	next := func(texts []callText) (taken []Call) {
		taken, calls = calls[:len(texts)], calls[len(texts):]
		return taken
	}
	c.Calls, c.LaterCalls = next(read.Calls), next(read.Later)
	for _, one := range read.Attacks {
		attack := Attack{Name: one.Name, Title: one.Title}
		for _, part := range one.Parts {
			var documents []string
			for _, object := range part.Objects {
				documents = append(documents, string(object))
			}
			objects, err := manifests.Parse(strings.Join(documents, "\n---\n"))
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", path, one.Name, err)
			}
			attack.Parts = append(attack.Parts, Part{Subject: part.Subject, Objects: objects, Calls: next(part.Calls)})
		}
		c.Attacks = append(c.Attacks, attack)
	}
	return c, c.fixed()
}

// decode reads the calls as calls.json has them; those of attackers expect nothing.
func (c *Case) decode(path string, read file, texts []callText, schema string) ([]Call, error) {
	var subjects []string
	var plain []callText
	for _, text := range texts {
		subject := ""
		if raw := text["subject"]; raw != nil {
			if err := json.Unmarshal(raw, &subject); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		subjects = append(subjects, subject)
		delete(text, "subject")
		if text["expect"] == nil {
			text["expect"] = json.RawMessage(`{"refused": "denied"}`)
		}
		plain = append(plain, text)
	}
	raw, err := json.Marshal(map[string]any{"title": read.Title, "world": read.World, "calls": plain})
	if err != nil {
		return nil, err
	}
	scenario, err := world.Decode(path, raw, schema)
	if err != nil {
		return nil, err
	}
	c.World = scenario.World
	calls := make([]Call, len(scenario.Calls))
	for i, call := range scenario.Calls {
		calls[i] = Call{Subject: subjects[i], Call: call}
	}
	return calls, nil
}

// fixed is an error if the later change moves what the lab cannot.
func (c *Case) fixed() error {
	kubernetes := func(set *manifests.Set) (out []string) {
		for _, object := range set.Objects {
			if object.Config == nil {
				out = append(out, string(object.JSON))
			}
		}
		return out
	}
	if !slices.Equal(kubernetes(c.Ours), kubernetes(c.Later)) {
		return fmt.Errorf("the later change is one of Kubernetes' own kinds, which the lab does not move")
	}
	return nil
}

// Unaccepted says which of the attackers' objects no cluster would take: what they were held back by would be no defence.
func (c *Case) Unaccepted(cluster *accept.Judge) (problems []string) {
	for _, attack := range c.Attacks {
		for _, part := range attack.Parts {
			var documents []string
			for _, object := range part.Objects.Objects {
				documents = append(documents, string(object.JSON))
			}
			if len(documents) == 0 {
				continue
			}
			_, verdict := cluster.Objects(strings.Join(documents, "\n---\n"))
			for _, problem := range verdict.Errors {
				problems = append(problems, attack.Name+": "+problem)
			}
		}
	}
	return problems
}

// all are every call of the case.
func (c *Case) all() []world.Call {
	var out []world.Call
	add := func(calls []Call) {
		for _, call := range calls {
			out = append(out, call.Call)
		}
	}
	add(c.Calls)
	add(c.LaterCalls)
	for _, attack := range c.Attacks {
		for _, part := range attack.Parts {
			add(part.Calls)
		}
	}
	return out
}

func check(path, schemaPath string) error {
	schema, err := jsonschema.NewCompiler().Compile(schemaPath)
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	document, err := jsonschema.UnmarshalJSON(file)
	if err == nil {
		err = schema.Validate(document)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// ourTime is when our objects were made; a neighbour's are an hour older or younger.
var ourTime = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func made(set *manifests.Set, when time.Time) {
	for _, object := range set.Objects {
		if object.Config != nil {
			object.Config.CreationTimestamp = when
		}
		if made, err := meta.Accessor(object.Kubernetes); err == nil {
			made.SetCreationTimestamp(metav1.NewTime(when))
		}
	}
}
