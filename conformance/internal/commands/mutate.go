package commands

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
)

// mutate finds objects that no call needs: either they do nothing, or a call is
// missing that would show what they are for.
func mutate(args []string) int {
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	examples := flags.String("examples", "", "folder of NAME.k8s.yaml and NAME.calls.json")
	only := flags.String("only", "", "one NAME of the folder")
	schema := flags.String("schema", "", "calls.schema.json")
	if flags.Parse(args) != nil {
		return misused
	}
	if *examples == "" {
		return misuse("mutate needs --examples")
	}
	jobs, err := jobsOf("", "", *examples, *only)
	if err != nil {
		return misuse(err.Error())
	}
	lab, status := newLab(*schema, false)
	if lab == nil {
		return status
	}
	defer lab.Close()
	for _, job := range jobs {
		survivors, err := survivorsOf(lab, job)
		if err != nil {
			fmt.Fprintln(os.Stderr, "conformance:", err)
			return misused
		}
		if survivors > 0 {
			status = differs
		}
	}
	return status
}

// unmodelled are kinds that only a cluster's own controllers act on.
var unmodelled = map[string]string{
	"HorizontalPodAutoscaler": "the lab has one pod of each Deployment",
	"PodDisruptionBudget":     "the lab evicts nobody",
	"Role":                    "the lab hands every proxy its secrets",
	"RoleBinding":             "the lab hands every proxy its secrets",
	"ServiceAccount":          "the lab gives pods the identity that their Deployment names",
}

func survivorsOf(lab *scenario.Lab, job job) (survivors int, err error) {
	text, err := os.ReadFile(job.manifests)
	if err != nil {
		return 0, err
	}
	set, err := manifests.Parse(string(text))
	if err != nil {
		return 0, err
	}
	for i, left := range set.Objects {
		if why := unmodelled[left.Raw.GetKind()]; why != "" {
			fmt.Printf("n/a      %s without %s: %s\n", job.name, left.ID(), why)
			continue
		}
		documents := make([]string, 0, len(set.Objects))
		for j, object := range set.Objects {
			if j != i {
				documents = append(documents, string(object.JSON))
			}
		}
		result, err := lab.JudgeText(job.name, strings.Join(documents, "\n---\n"), job.calls)
		switch {
		case err != nil:
			fmt.Printf("noticed  %s without %s: %v\n", job.name, left.ID(), err)
		case result.Passed():
			survivors++
			fmt.Printf("SURVIVED %s without %s\n", job.name, left.ID())
		default:
			fmt.Printf("noticed  %s without %s: %s\n", job.name, left.ID(), firstDifference(result))
		}
	}
	return survivors, nil
}

func firstDifference(result *scenario.Result) string {
	for _, cell := range result.Cells {
		if cell.Mark == judges.Differs {
			return fmt.Sprintf("%s / %s: %s", cell.Judge, cell.Call, cell.Seen)
		}
	}
	return strings.Join(append(result.Accept.Errors, result.Broken...), "; ")
}
