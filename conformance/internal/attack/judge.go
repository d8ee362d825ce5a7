package attack

import (
	"fmt"
	"os"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/user"

	"github.com/cdk8s-istio-egress/conformance/internal/admission"
	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Judgement is of all attacks with one defence.
type Judgement struct {
	Defence string `json:"defence"`
	Cells   []Cell `json:"cells"`
	// Problems are of the case itself, or of the lab.
	Problems []string `json:"problems,omitempty"`
	States   int      `json:"states"`
	// Flickers were seen once, and not again in the same state.
	Flickers int     `json:"flickers"`
	Seconds  float64 `json:"seconds"`
}

// bench is one living mesh with one defence.
type bench struct {
	of        *Case
	defence   Defence
	directory string
	plane     *controlplane.ControlPlane
	run       *live.Run
	current   map[string]*manifests.Object
	// reviewer judges by the defence's policies; none without them.
	reviewer *admission.Reviewer
	// kubernetes are the attacker's objects of kinds that Istio reads through Kubernetes clients.
	kubernetes []runtime.Object
	// quiet is what was seen of each call of ours without any attack.
	quiet  map[string]live.Glimpse
	result *Judgement
}

// start makes the mesh of a case with one defence, and holds it against what the calls say. The caller stops it.
func start(lab *live.Lab, c *Case, defence Defence) (b *bench, err error) {
	b = &bench{of: c, defence: defence, current: map[string]*manifests.Object{}, quiet: map[string]live.Glimpse{}, result: &Judgement{Defence: defence.Name}}
	defer func() {
		if err != nil {
			b.stop()
		}
	}()
	there := &manifests.Set{Objects: slices.Concat(c.Later.Objects, c.Neighbours.Objects, defence.AddsLater.Objects)}
	stated := c.World
	stated.IstiodEnvironment, stated.MeshYAML = defence.Istiod, defence.MeshConfig
	w, err := world.Derive(there, &world.Scenario{Title: c.Title, World: stated, Calls: c.all()})
	if err != nil {
		return nil, err
	}
	for _, set := range []*manifests.Set{c.Ours, c.Later, c.Neighbours, defence.Adds, defence.AddsLater} {
		made(set, ourTime)
	}
	before := &manifests.Set{Objects: slices.Concat(c.Ours.Objects, c.Neighbours.Objects, defence.Adds.Objects)}
	w.Manifests, w.DrainSeconds = before, 0
	if err := b.review(); err != nil {
		return nil, err
	}
	b.current = istioObjects(before)
	if b.directory, err = os.MkdirTemp("", network.FolderPattern); err != nil {
		return nil, err
	}
	if err := os.Chmod(b.directory, 0o755); err != nil { // the proxies are not root
		return nil, err
	}
	if b.plane, err = controlplane.Start(w, b.directory); err != nil {
		return nil, err
	}
	if b.run, err = lab.Start(b.plane, b.directory, c.all()); err != nil {
		return nil, err
	}
	if err := b.run.Watch(); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *bench) stop() {
	if b.reviewer != nil {
		b.reviewer.Stop()
	}
	if b.run != nil {
		b.run.Stop()
	}
	if b.plane != nil {
		b.plane.Stop()
	}
	_ = os.RemoveAll(b.directory)
}

// Judge tries every attack of a case that is wanted with one defence.
func Judge(lab *live.Lab, c *Case, defence Defence, wanted func(Attack) bool) (*Judgement, error) {
	began := time.Now()
	b, err := start(lab, c, defence)
	if err != nil {
		return nil, err
	}
	defer b.stop()
	defer func() { b.result.Seconds = time.Since(began).Seconds() }()
	if err := b.calm(); err != nil {
		return nil, err
	}
	for _, attack := range c.Attacks {
		if !wanted(attack) {
			continue
		}
		for _, age := range []Age{Older, Younger} {
			if err := b.attack(attack, age); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", attack.Name, age, err)
			}
		}
	}
	return b.result, nil
}

func istioObjects(sets ...*manifests.Set) map[string]*manifests.Object {
	out := map[string]*manifests.Object{}
	for _, set := range sets {
		for _, object := range set.Objects {
			if object.Config != nil && object.Kubernetes == nil {
				out[object.ID()] = object
			}
		}
	}
	return out
}

func kubernetesObjects(sets []*manifests.Set) []runtime.Object {
	var out []runtime.Object
	for _, set := range sets {
		out = append(out, set.Kubernetes()...)
	}
	return out
}

func (b *bench) problem(format string, args ...any) {
	b.result.Problems = append(b.result.Problems, fmt.Sprintf(format, args...))
}

// calm makes every call of ours without an attack: each must go the way that it says after the later change, and all but those of the change
// must pass before it.
func (b *bench) calm() error {
	all := slices.Concat(b.of.Calls, b.of.LaterCalls)
	if err := b.rest(true); err != nil {
		return err
	}
	for _, call := range all {
		why, err := b.run.Check(call.Call)
		if err != nil {
			return err
		}
		if why != "" {
			b.problem("without an attack, %s: %s", call.Name, why)
		}
	}
	for _, after := range []bool{true, false} {
		if err := b.rest(after); err != nil {
			return err
		}
		glimpses, err := b.run.Glance(plain(all))
		if err != nil {
			return err
		}
		for i, call := range all {
			if expected := after || i < len(b.of.Calls); glimpses[i].Passed() != expected {
				b.problem("without an attack, %s", describe(call.Call, glimpses[i]))
			}
			b.quiet[call.Name] = merged(b.quiet[call.Name], glimpses[i])
		}
	}
	if b.run.Refused() > 0 {
		b.problem("a proxy refused its configuration without an attack")
	}
	return nil
}

func merged(one, other live.Glimpse) live.Glimpse {
	other.ClearFromPod, other.ClearFromGateway = one.ClearFromPod || other.ClearFromPod, one.ClearFromGateway || other.ClearFromGateway
	return other
}

func plain(calls []Call) []world.Call {
	out := make([]world.Call, len(calls))
	for i, call := range calls {
		out[i] = call.Call
	}
	return out
}

// rest goes to the state before the later change, or after it, with what an attacker has written.
func (b *bench) rest(after bool, theirs ...*manifests.Set) error {
	if after {
		return b.enter(istioObjects(append(theirs, b.of.Later, b.of.Neighbours, b.defence.AddsLater)...), kubernetesObjects(theirs))
	}
	return b.enter(istioObjects(append(theirs, b.of.Ours, b.of.Neighbours, b.defence.Adds)...), kubernetesObjects(theirs))
}

func (b *bench) enter(wanted map[string]*manifests.Object, kubernetes []runtime.Object) error {
	put, removed := manifests.Difference(b.current, wanted)
	b.current = wanted
	if len(kubernetes)+len(b.kubernetes) > 0 {
		if err := b.plane.ChangeKubernetes(kubernetes, b.kubernetes); err != nil {
			return err
		}
		b.kubernetes = kubernetes
	}
	if len(put)+len(removed) > 0 {
		if err := b.plane.Change(put, removed); err != nil {
			return err
		}
	}
	return b.run.Settle()
}

// attack tries all parts of an attack at once. Where more than the calls of what is aimed at does not hold, each part is tried by itself, and
// what it does to others than those it is aimed at counts against it.
func (b *bench) attack(attack Attack, age Age) error {
	admitted, err := b.admitted(attack.Parts)
	if err != nil {
		return err
	}
	cells := make([]Cell, len(attack.Parts))
	for i, part := range attack.Parts {
		cells[i] = Cell{Attack: attack.Name, Subject: part.Subject, Defence: b.defence.Name, Age: age, Finding: Held}
	}
	add := func(subject string, seen observation) {
		for i := range cells {
			if cells[i].Subject == subject || len(cells) == 1 {
				cells[i].add(seen.finding, seen.text)
			}
		}
	}
	tried := slices.DeleteFunc(slices.Clone(admitted), func(part Part) bool { return len(part.Objects.Objects)+len(part.Calls) == 0 })
	if len(tried) > 0 {
		together, err := b.try(tried, age)
		if err != nil {
			return err
		}
		alone := attributed(together, tried) || len(tried) == 1
		for _, seen := range together {
			if alone || worse(seen.finding, Dead) {
				add(seen.subject, seen)
			}
		}
		for _, part := range tried {
			if alone {
				break
			}
			found, err := b.try([]Part{part}, age)
			if err != nil {
				return err
			}
			for _, seen := range found {
				if seen.subject == part.Subject || !aimedAt(tried, seen) {
					add(part.Subject, seen)
				}
			}
		}
	}
	b.result.Cells = append(b.result.Cells, cells...)
	return nil
}

// attributed says whether all that was seen befell calls of those that were aimed at.
func attributed(found []observation, parts []Part) bool {
	return !slices.ContainsFunc(found, func(seen observation) bool { return !aimedAt(parts, seen) })
}

func aimedAt(parts []Part, seen observation) bool {
	return seen.finding != Dead && slices.ContainsFunc(parts, func(part Part) bool { return part.Subject == seen.subject })
}

// review puts the defence's policies to work, if it has some.
func (b *bench) review() (err error) {
	if b.defence.Policies == nil {
		return nil
	}
	var written []runtime.Object
	for _, attack := range b.of.Attacks {
		for _, part := range attack.Parts {
			for _, object := range part.Objects.Objects {
				written = append(written, object.Raw)
			}
		}
	}
	b.reviewer, err = admission.Start(b.defence.Policies, written)
	return err
}

// admitted are the parts without the objects that the defence's policies refuse to who writes them: a service account of their namespace.
func (b *bench) admitted(parts []Part) ([]Part, error) {
	if b.reviewer == nil {
		return parts, nil
	}
	out := slices.Clone(parts)
	for i, part := range parts {
		out[i].Objects = &manifests.Set{}
		for _, object := range part.Objects.Objects {
			refused, err := b.reviewer.Review(admission.Request{Object: object.Raw, User: writer(object.Raw.GetNamespace())})
			if err != nil {
				return nil, err
			}
			if refused == "" {
				out[i].Objects.Objects = append(out[i].Objects.Objects, object)
			}
		}
	}
	return out, nil
}

func writer(namespace string) user.Info {
	return &user.DefaultInfo{
		Name:   "system:serviceaccount:" + namespace + ":pipeline",
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
	}
}

// observation is what is wrong with a call, or with all.
type observation struct {
	subject string
	finding Finding
	text    string
}

type looked struct {
	Call
	whose role
}

// try puts the attacker's objects beside ours, makes the later change, and looks at all calls of ours and theirs. A proxy that refuses what
// came of the attack refuses the change with it.
func (b *bench) try(parts []Part, age Age) (found []observation, err error) {
	b.result.States++
	when := ourTime.Add(-time.Hour)
	if age == Younger {
		when = ourTime.Add(time.Hour)
	}
	var sets []*manifests.Set
	for _, part := range parts {
		made(part.Objects, when)
		sets = append(sets, part.Objects)
	}
	refused := b.run.Refused()
	if err := b.rest(true, sets...); err != nil {
		return nil, err
	}
	if found, err = b.lookTwice(b.callsOf(parts)); err != nil {
		return nil, err
	}
	if b.run.Refused() > refused {
		found = append(found, observation{finding: Dead, text: "a proxy refuses its configuration"})
	}
	return found, b.rest(false)
}

func (b *bench) callsOf(parts []Part) (calls []looked) {
	for _, call := range b.of.Calls {
		calls = append(calls, looked{call, ours})
	}
	for _, call := range b.of.LaterCalls {
		calls = append(calls, looked{call, later})
	}
	for _, part := range parts {
		for _, call := range part.Calls {
			call.Subject = part.Subject
			calls = append(calls, looked{call, theirs})
		}
	}
	return calls
}

// lookTwice looks again at what is wrong, and leaves out what is not seen again.
func (b *bench) lookTwice(calls []looked) ([]observation, error) {
	first, err := b.look(calls)
	if err != nil {
		return nil, err
	}
	wrong := slices.DeleteFunc(slices.Clone(calls), func(call looked) bool { return first[call.Name].finding == Held })
	if len(wrong) == 0 {
		return nil, nil
	}
	second, err := b.look(wrong)
	if err != nil {
		return nil, err
	}
	var found []observation
	for _, call := range wrong {
		if second[call.Name].finding == Held {
			b.result.Flickers++
			continue
		}
		found = append(found, second[call.Name])
	}
	return found, nil
}

// roundsOfEach is how often a call is made for each of several ways that it may take.
const roundsOfEach = 4

// look makes all calls at once, and tells the worst of each by its name.
func (b *bench) look(calls []looked) (map[string]observation, error) {
	var made []looked
	for _, call := range calls {
		made = append(made, call)
		for range len(call.Expect.Ways) * roundsOfEach {
			made = append(made, call)
		}
	}
	all := make([]world.Call, len(made))
	for i, call := range made {
		all[i] = call.Call.Call
	}
	glimpses, err := b.run.Glance(all)
	if err != nil {
		return nil, err
	}
	seen := map[string]observation{}
	for i, call := range made {
		finding := judge(call.whose, all[i], glimpses[i], b.quiet[call.Name])
		if before, is := seen[call.Name]; !is || worse(finding, before.finding) {
			seen[call.Name] = observation{call.Subject, finding, describe(all[i], glimpses[i])}
		}
	}
	return seen, nil
}
