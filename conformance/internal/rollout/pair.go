// Package rollout asks what happens between two states of an app: in every order in which its objects may be
// applied and pruned, does a call pass that both states refuse, or leave in clear what both promise inside TLS?
package rollout

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Pair is an app before and after a change.
type Pair struct {
	Name, Title   string
	Before, After *manifests.Set
	// Calls have the expectations of neither; BeforeCalls and AfterCalls are the same calls, in their order, with those of one state.
	BeforeCalls, AfterCalls *world.Scenario
	// Either are the calls, by name, of which a state says nothing.
	EitherBefore, EitherAfter map[string]bool
	// Unchanged: both states must have the same objects.
	Unchanged bool
	// Fixed are objects of Kubernetes' own kinds that change: the lab cannot move them, they are as before.
	Fixed []string
}

// Names finds the pairs of a folder.
func Names(folder, only string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(folder, "*.calls.json"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, path := range found {
		name := strings.TrimSuffix(filepath.Base(path), ".calls.json")
		if matches, err := filepath.Match(only, name); err != nil {
			return nil, err
		} else if only == "" || matches {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil, fmt.Errorf("%s holds no matching NAME.calls.json", folder)
	}
	return names, nil
}

// Load reads a pair of a folder; schema is that of calls.json.
func Load(folder, name, schema string) (*Pair, error) {
	p := &Pair{Name: name}
	var problems [5]error
	p.Before, problems[0] = manifests.ParseFile(filepath.Join(folder, name+".before.k8s.yaml"))
	p.After, problems[1] = manifests.ParseFile(filepath.Join(folder, name+".after.k8s.yaml"))
	path := filepath.Join(folder, name+".calls.json")
	p.BeforeCalls, p.EitherBefore, problems[2] = callsOf(path, "before", schema)
	p.AfterCalls, p.EitherAfter, problems[3] = callsOf(path, "after", schema)
	p.Unchanged, problems[4] = check(path, filepath.Join(folder, "calls.schema.json"))
	if err := errors.Join(problems[:]...); err != nil {
		return nil, err
	}
	p.Title = p.BeforeCalls.Title
	return p, p.settleKubernetes()
}

// Back is the same pair the other way round.
func (p *Pair) Back() *Pair {
	return &Pair{
		Name: p.Name, Title: p.Title + ", taken back", Before: p.After, After: p.Before,
		BeforeCalls: p.AfterCalls, AfterCalls: p.BeforeCalls, EitherBefore: p.EitherAfter, EitherAfter: p.EitherBefore,
		Unchanged: p.Unchanged, Fixed: p.Fixed,
	}
}

// check holds the calls against the pairs' own schema, and tells whether nothing may change.
func check(path, schemaPath string) (unchanged bool, err error) {
	schema, err := jsonschema.NewCompiler().Compile(schemaPath)
	if err != nil {
		return false, err
	}
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	document, err := jsonschema.UnmarshalJSON(file)
	if err == nil {
		err = schema.Validate(document)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	fields, _ := document.(map[string]any)
	unchanged, _ = fields["unchanged"].(bool)
	return unchanged, nil
}

// anyRefusal stands in calls.json for whatever a call is refused by, either for a state that says nothing of it.
const anyRefusal, either = "refused", "either"

// callsOf reads the calls with the expectations of one of the states.
func callsOf(path, state, schema string) (*world.Scenario, map[string]bool, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	eithers := map[string]bool{}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	delete(document, "$schema")
	delete(document, "unchanged")
	calls, _ := document["calls"].([]any)
	for _, one := range calls {
		call, ok := one.(map[string]any)
		if !ok {
			return nil, nil, fmt.Errorf("%s: a call is no object", path)
		}
		call["expect"] = call[state]
		if call[state] == anyRefusal || call[state] == either {
			name, _ := call["name"].(string)
			eithers[name] = call[state] == either
			call["expect"] = map[string]any{"refused": "denied"}
		}
		delete(call, "before")
		delete(call, "after")
	}
	if raw, err = json.Marshal(document); err != nil {
		return nil, nil, err
	}
	scenario, err := world.Decode(path+" ("+state+")", raw, schema)
	return scenario, eithers, err
}

// settleKubernetes leaves the objects of Kubernetes' own kinds as they are before.
func (p *Pair) settleKubernetes() error {
	old, next := kubernetes(p.Before), kubernetes(p.After)
	for id, object := range next {
		if before := old[id]; before == nil || !bytes.Equal(before.JSON, object.JSON) {
			p.Fixed = append(p.Fixed, id)
		}
	}
	for id := range old {
		if next[id] == nil {
			p.Fixed = append(p.Fixed, id)
		}
	}
	slices.Sort(p.Fixed)
	return nil
}

func kubernetes(set *manifests.Set) map[string]*manifests.Object {
	out := map[string]*manifests.Object{}
	for _, object := range set.Objects {
		if object.Config == nil {
			out[object.ID()] = object
		}
	}
	return out
}

// Union is everything of both states: what the world is derived from.
func (p *Pair) Union() *manifests.Set {
	union := &manifests.Set{}
	seen := map[string]bool{}
	for _, set := range []*manifests.Set{p.Before, p.After} {
		for _, object := range set.Objects {
			key := object.ID()
			if object.Config != nil {
				key += string(object.JSON)
			}
			if !seen[key] {
				union.Objects = append(union.Objects, object)
			}
			seen[key] = true
		}
	}
	return union
}

// Age gives what is there before an earlier creation than what is added: Istio keeps the oldest of those that claim the same.
func (p *Pair) Age() {
	then := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	old := map[string]bool{}
	for _, object := range p.Before.Objects {
		if object.Config != nil {
			old[object.ID()] = true
			object.Config.CreationTimestamp = then
		}
	}
	for _, object := range p.After.Objects {
		if object.Config == nil {
			continue
		}
		object.Config.CreationTimestamp = then.Add(time.Hour)
		if old[object.ID()] {
			object.Config.CreationTimestamp = then
		}
	}
}
