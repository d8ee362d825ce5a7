package commands

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
)

type job struct{ name, manifests, calls string }

// asked is what every command that judges scenarios is told.
type asked struct {
	*flag.FlagSet
	manifests, calls, examples, only, schema *string
	asJSON                                   *bool
}

func scenariosOf(command string) asked {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	return asked{
		FlagSet:   flags,
		manifests: flags.String("manifests", "", "YAML to judge"),
		calls:     flags.String("calls", "", "calls.json"),
		examples:  flags.String("examples", "", "folder of NAME.k8s.yaml and NAME.calls.json"),
		only:      flags.String("only", "", "one NAME of the folder"),
		schema:    flags.String("schema", "", "calls.schema.json (found above the working folder unless given)"),
		asJSON:    flags.Bool("json", false, "print JSON"),
	}
}

func run(args []string) int {
	flags := scenariosOf("run")
	noRun := flags.Bool("no-run", false, "leave real proxies out; the run column is n/a")
	if flags.Parse(args) != nil {
		return misused
	}
	jobs, err := flags.jobs()
	if err != nil {
		return misuse(err.Error())
	}
	lab, status := newLab(*flags.schema, *noRun)
	if lab == nil {
		return status
	}
	defer lab.Close()
	return judgeAll(lab, jobs, *flags.asJSON, scenario.Limits)
}

// judge brings the files of one scenario before judges.
type judge interface {
	Judge(name, manifests, calls string) (*scenario.Result, error)
}

func judgeAll(lab judge, jobs []job, asJSON bool, limits string) int {
	status := ok
	var results []*scenario.Result
	for _, job := range jobs {
		result, err := lab.Judge(job.name, job.manifests, job.calls)
		if err != nil {
			fmt.Fprintln(os.Stderr, "conformance:", err)
			status = max(status, misused)
			continue
		}
		if !result.Passed() {
			status = max(status, differs)
		}
		results = append(results, result)
		if !asJSON {
			fmt.Print(result.Table())
		}
	}
	if asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(results)
		fmt.Fprint(os.Stderr, scenario.Summary(results, limits))
	} else {
		fmt.Print(scenario.Summary(results, limits))
	}
	return status
}

func (a asked) jobs() ([]job, error) {
	return jobsOf(*a.manifests, *a.calls, *a.examples, *a.only)
}

func jobsOf(manifests, calls, examples, only string) ([]job, error) {
	if examples == "" {
		if manifests == "" || calls == "" {
			return nil, fmt.Errorf("give --manifests and --calls, or --examples")
		}
		return []job{{strings.TrimSuffix(filepath.Base(manifests), ".k8s.yaml"), manifests, calls}}, nil
	}
	found, err := filepath.Glob(filepath.Join(examples, "*.calls.json"))
	if err != nil {
		return nil, err
	}
	var jobs []job
	for _, path := range found {
		name := strings.TrimSuffix(filepath.Base(path), ".calls.json")
		if only == "" || only == name {
			jobs = append(jobs, job{name, filepath.Join(examples, name+".k8s.yaml"), path})
		}
	}
	slices.SortFunc(jobs, func(a, b job) int { return strings.Compare(a.name, b.name) })
	if len(jobs) == 0 {
		return nil, fmt.Errorf("%s holds no matching NAME.calls.json", examples)
	}
	return jobs, nil
}

func newLab(schema string, noRun bool) (*scenario.Lab, int) {
	schema, err := findSchema(schema)
	if err != nil {
		return nil, misuse(err.Error())
	}
	acceptance, err := accept.New()
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		return nil, unusable
	}
	lab := &scenario.Lab{Schema: schema, Accept: acceptance, NoRun: "left out by --no-run"}
	if noRun {
		return lab, ok
	}
	lab.Run, err = live.NewLab()
	if err == nil {
		return lab, ok
	}
	fmt.Fprintf(os.Stderr, "conformance: REAL PROXIES CANNOT RUN HERE: %v\n", err)
	if os.Getenv("CI") == "true" {
		return nil, unusable
	}
	lab.NoRun = err.Error()
	return lab, ok
}

// findSchema looks for examples/calls.schema.json from the working folder upwards.
func findSchema(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; folder = filepath.Dir(folder) {
		candidate := filepath.Join(folder, "examples", "calls.schema.json")
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("no examples/calls.schema.json from the working folder upwards: give --schema")
		}
	}
}
