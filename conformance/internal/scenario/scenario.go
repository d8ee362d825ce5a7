// Package scenario brings one set of manifests and its calls before the judges.
package scenario

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/admission"
	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/effect"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/simulate"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Result is everything that was seen of a scenario.
type Result struct {
	Name   string          `json:"name"`
	Title  string          `json:"title"`
	Added  []string        `json:"added"`
	Accept *accept.Verdict `json:"accept"`
	Cells  []Cell          `json:"cells"`
	Broken []string        `json:"problems,omitempty"`
	// Dropped is what Istio took and then left out; whether it matters, the calls tell.
	Dropped []string `json:"dropped,omitempty"`
	// Left are objects that this API server has no kind for; Allocated, the addresses that istiod gave to entries.
	Left      []string `json:"left,omitempty"`
	Allocated []string `json:"allocated,omitempty"`
	Seconds   float64  `json:"seconds"`
}

// Cell is one call before one judge.
type Cell struct {
	Call     string      `json:"call"`
	Judge    string      `json:"judge"`
	Mark     judges.Mark `json:"mark"`
	Expected string      `json:"expected"`
	Seen     string      `json:"seen"`
	Why      string      `json:"why,omitempty"`
	Detail   string      `json:"detail,omitempty"`
}

// Passed is true if the manifests were accepted and no cell differs.
func (r *Result) Passed() bool {
	if !r.Accept.Accepted() || len(r.Broken) > 0 {
		return false
	}
	for _, cell := range r.Cells {
		if cell.Mark == judges.Differs {
			return false
		}
	}
	return true
}

// Lab runs scenarios one after the other.
type Lab struct {
	Schema string
	Accept *accept.Judge
	// Run is nil where real proxies cannot be had; NoRun then says why.
	Run   *live.Lab
	NoRun string
}

// Close gives the machine back.
func (l *Lab) Close() {
	if l.Run != nil {
		l.Run.Close()
	}
}

// Judge brings the files of one scenario before every judge.
func (l *Lab) Judge(name, manifestPath, callsPath string) (*Result, error) {
	text, err := os.ReadFile(manifestPath)
	if err != nil {
		return nil, err
	}
	return l.JudgeText(name, string(text), callsPath)
}

// JudgeText is Judge for manifests that are in no file.
func (l *Lab) JudgeText(name, text, callsPath string) (*Result, error) {
	stated, err := world.Load(callsPath, l.Schema)
	if err != nil {
		return nil, err
	}
	return l.JudgeCalls(name, text, stated)
}

// JudgeCalls is JudgeText for calls that are in no file.
func (l *Lab) JudgeCalls(name, text string, stated *world.Scenario) (*Result, error) {
	start := time.Now()
	result := &Result{Name: name, Title: stated.Title}
	var set *manifests.Set
	set, result.Accept = l.Accept.Objects(text)
	lab, err := world.Derive(set, stated)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	result.Added = lab.Added
	if err := result.Accept.Analyze(set, lab.Around()); err != nil {
		result.Accept.Errors = append(result.Accept.Errors, err.Error())
	}
	if err := l.judgeCalls(result, lab, stated.Calls); err != nil {
		result.Broken = append(result.Broken, err.Error())
	}
	if err := result.judgeRequests(set, stated.World.Requests); err != nil {
		result.Broken = append(result.Broken, err.Error())
	}
	result.Seconds = time.Since(start).Seconds()
	return result, nil
}

func (l *Lab) judgeCalls(result *Result, lab *world.World, calls []world.Call) error {
	return l.withPlane(lab, func(plane *controlplane.ControlPlane, directory string) error {
		return l.judgeBy(plane, directory, result, lab, calls)
	})
}

func (l *Lab) withPlane(lab *world.World, use func(*controlplane.ControlPlane, string) error) error {
	pattern := "conformance-simulated-*"
	if l.Run != nil {
		pattern = network.FolderPattern
	}
	directory, err := os.MkdirTemp("", pattern)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	if err := os.Chmod(directory, 0o755); err != nil { // the proxies are not root
		return err
	}
	plane, err := controlplane.Start(lab, directory)
	if err != nil {
		return err
	}
	defer plane.Stop()
	return use(plane, directory)
}

func (l *Lab) judgeBy(plane *controlplane.ControlPlane, directory string, result *Result, lab *world.World, calls []world.Call) error {
	result.Dropped = effect.Dropped(plane)
	refused, err := admission.Refusals(lab)
	if err != nil {
		return err
	}
	for _, pod := range lab.Pods {
		if refused[pod] != "" && pod.Template != nil {
			return fmt.Errorf("the manifests refuse their own pod %s: %s", pod.ID(), refused[pod])
		}
	}
	admitted := func(call world.Call, judge func(world.Call) (judges.Seen, error)) (judges.Seen, error) {
		if why := refused[lab.Callers[call.Name]]; why != "" {
			return judges.Seen{Refused: "admission", At: "api-server", Detail: why}, nil
		}
		return judge(call)
	}
	simulation := simulate.New(plane)
	for _, call := range expand(calls, lab) {
		if err := result.judge(call, "simulate", func() (judges.Seen, error) { return admitted(call, simulation.Call) }); err != nil {
			return err
		}
	}
	if l.Run == nil {
		for _, call := range expand(calls, lab) {
			result.unseen(call, "run", l.NoRun)
		}
		return nil
	}
	run, err := l.Run.Start(plane, directory, calls)
	if err != nil {
		return err
	}
	defer run.Stop()
	for _, call := range expand(calls, lab) {
		if err := result.judge(call, "run", func() (judges.Seen, error) { return admitted(call, run.Call) }); err != nil {
			return err
		}
	}
	return run.Rejections()
}

// MostCalls is how often a call is made at most until each of several ways was taken.
const MostCalls = 100

// judge makes a call, and where several ways are expected makes it again until each of them was taken.
func (r *Result) judge(call world.Call, judge string, once func() (judges.Seen, error)) error {
	left := call.Expect.Each()
	all := slices.Clone(left)
	for calls := 1; ; calls++ {
		seen, err := once()
		if err != nil {
			return err
		}
		mark, why := taken(call, all, seen)
		left = slices.DeleteFunc(left, func(expect world.Expect) bool {
			mark, _ := taken(call, []world.Expect{expect}, seen)
			return mark == judges.Passed
		})
		if mark == judges.Passed && len(left) > 0 && calls < MostCalls {
			continue
		}
		if mark == judges.Passed && len(left) > 0 {
			mark, why = judges.Differs, fmt.Sprintf("none of %d calls was %s", calls, judges.Describe(left[0]))
		}
		r.Cells = append(r.Cells, Cell{
			Call: call.Name, Judge: judge, Mark: mark, Why: why,
			Expected: judges.Describe(call.Expect), Seen: seen.String(), Detail: seen.Detail,
		})
		return nil
	}
}

// unseen says why a judge did not see a call.
func (r *Result) unseen(call world.Call, judge, why string) {
	_ = r.judge(call, judge, func() (judges.Seen, error) { return judges.Seen{Unmodelled: why}, nil })
}

// taken compares what was seen with each of several expectations, one of which must be met.
func taken(call world.Call, any []world.Expect, seen judges.Seen) (mark judges.Mark, why string) {
	for _, expect := range any {
		if call.Expanded && expect.Greeting {
			expect.Greeting = seen.Greeting // not every server behind the names speaks first
		}
		if mark, why = judges.Compare(expect, seen); mark == judges.Passed {
			return mark, ""
		}
	}
	return mark, why
}
