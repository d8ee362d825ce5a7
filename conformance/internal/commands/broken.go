package commands

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
)

// condemnation is what the lab must say of a broken manifest, and nothing less.
type condemnation struct {
	Because string `json:"because"`
	// Accept, Problems and Dropped are parts of messages: of tier 0, of the lab
	// itself, and of what Istio took and left out.
	Accept   []string `json:"accept"`
	Problems []string `json:"problems"`
	Dropped  []string `json:"dropped"`
	Cells    []struct {
		Judge string `json:"judge"`
		Call  string `json:"call"`
		Seen  string `json:"seen"`
	} `json:"cells"`
}

func broken(args []string) int {
	flags := flag.NewFlagSet("broken", flag.ContinueOnError)
	folder := flags.String("dir", "broken", "folder of NAME.k8s.yaml, NAME.calls.json and NAME.condemned.json")
	only := flags.String("only", "", "one NAME of the folder")
	schema := flags.String("schema", "", "calls.schema.json")
	verbose := flags.Bool("v", false, "print the tables too")
	if flags.Parse(args) != nil {
		return misused
	}
	jobs, err := jobsOf("", "", *folder, *only)
	if err != nil {
		return misuse(err.Error())
	}
	lab, status := newLab(*schema, false)
	if lab == nil {
		return status
	}
	defer lab.Close()
	upset := map[string]bool{}
	for _, job := range jobs {
		result, err := lab.Judge(job.name, job.manifests, job.calls)
		if err != nil {
			fmt.Fprintln(os.Stderr, "conformance:", err)
			return misused
		}
		if *verbose {
			fmt.Print(result.Table())
		}
		expected, missing, err := condemned(filepath.Join(*folder, job.name+".condemned.json"), result, lab.Run == nil)
		if err != nil {
			fmt.Fprintln(os.Stderr, "conformance:", err)
			return misused
		}
		if len(missing) > 0 {
			status = differs
			fmt.Printf("NOT CONDEMNED %s: %s\n  %s\n", job.name, expected.Because, strings.Join(missing, "\n  "))
			continue
		}
		expected.upset(upset)
		fmt.Printf("condemned     %s: %s (%.1f s)\n", job.name, expected.Because, result.Seconds)
	}
	for _, judge := range []string{"accept", "simulate", "run", "problems", "dropped"} {
		if *only == "" && !upset[judge] {
			fmt.Printf("NOT UPSET     %s: no broken manifest condemns by it\n", judge)
			status = differs
		}
	}
	return status
}

// upset notes the judges that a condemnation needs.
func (c condemnation) upset(judges map[string]bool) {
	judges["accept"] = judges["accept"] || len(c.Accept) > 0
	judges["problems"] = judges["problems"] || len(c.Problems) > 0
	judges["dropped"] = judges["dropped"] || len(c.Dropped) > 0
	for _, cell := range c.Cells {
		judges[cell.Judge] = true
	}
}

// condemned lists what the lab did not say of a broken manifest.
func condemned(path string, result *scenario.Result, noRun bool) (expected condemnation, missing []string, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return expected, nil, err
	}
	if err := json.Unmarshal(raw, &expected); err != nil {
		return expected, nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(expected.Accept)+len(expected.Problems)+len(expected.Dropped)+len(expected.Cells) == 0 {
		return expected, nil, fmt.Errorf("%s condemns nothing", path)
	}
	for _, part := range expected.Accept {
		if !anyContains(result.Accept.Errors, part) {
			missing = append(missing, fmt.Sprintf("accept should say %q, it says %q", part, result.Accept.Errors))
		}
	}
	for _, part := range expected.Problems {
		if !noRun && !anyContains(result.Broken, part) {
			missing = append(missing, fmt.Sprintf("the lab should say %q, it says %q", part, result.Broken))
		}
	}
	for _, part := range expected.Dropped {
		if !anyContains(result.Dropped, part) {
			missing = append(missing, fmt.Sprintf("dropped should be %q, it is %q", part, result.Dropped))
		}
	}
	for _, want := range expected.Cells {
		if noRun && want.Judge == "run" {
			continue
		}
		if why := notSeen(result, want.Judge, want.Call, want.Seen); why != "" {
			missing = append(missing, why)
		}
	}
	return expected, missing, nil
}

func notSeen(result *scenario.Result, judge, call, seen string) string {
	for _, cell := range result.Cells {
		if cell.Judge != judge || cell.Call != call {
			continue
		}
		if cell.Mark == judges.Differs && cell.Seen == seen {
			return ""
		}
		return fmt.Sprintf("%s should condemn %q as %q, it is %s: %q\n    %s", judge, call, seen, cell.Mark, cell.Seen, cell.Detail)
	}
	return fmt.Sprintf("%s did not judge %q", judge, call)
}

func anyContains(lines []string, part string) bool {
	for _, line := range lines {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}
