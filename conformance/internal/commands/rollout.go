package commands

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/cluster"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/reasons"
	"github.com/cdk8s-istio-egress/conformance/internal/rollout"
)

// rollouts judges every state between two states of an app.
func rollouts(args []string) int {
	flags := flag.NewFlagSet("rollout", flag.ContinueOnError)
	pairs := flags.String("pairs", "", "folder of NAME.before.k8s.yaml, NAME.after.k8s.yaml and NAME.calls.json")
	only := flags.String("only", "", "one NAME of the folder, or a pattern such as allow-from*")
	noRun := flags.Bool("no-run", false, "leave real proxies out: by the simulation alone, which knows no policies")
	onward := flags.Bool("onward", false, "leave the way back out")
	most := flags.Int("subsets", rollout.MostForAll, "how many changes there may be for every subset of them to be a state")
	breaks := flags.Bool("breaks", false, "name the calls that are lost too, and where")
	asJSON := flags.Bool("json", false, "print JSON")
	inCluster := flags.Bool("live", false, "let the tools' own engines make the change in a cluster, and call meanwhile")
	engines := flags.String("engine", "", "those engines alone, joined by commas: "+strings.Join(cluster.Engines, ", "))
	debounce := flags.Duration("debounce", debounceOfIstio, "how long istiod joins changes, with --live")
	schema := flags.String("schema", "", "calls.schema.json (found above the working folder unless given)")
	if flags.Parse(args) != nil {
		return misused
	}
	if *pairs == "" {
		return misuse("rollout needs --pairs")
	}
	names, err := rollout.Names(*pairs, *only)
	if err != nil {
		return misuse(err.Error())
	}
	found, err := findSchema(*schema)
	if err != nil {
		return misuse(err.Error())
	}
	known, err := reasons.Load[*rollout.Known](filepath.Join(*pairs, "known-leaks.json"))
	if err != nil {
		return misuse(err.Error())
	}
	if *inCluster {
		asked := cluster.Engines
		if *engines != "" {
			asked = strings.Split(*engines, ",")
		}
		for _, engine := range asked {
			if !slices.Contains(cluster.Engines, engine) {
				return misuse(fmt.Sprintf("no engine %q: there are %s", engine, strings.Join(cluster.Engines, ", ")))
			}
		}
		var loaded []*rollout.Pair
		for _, name := range names {
			pair, err := rollout.Load(*pairs, name, found)
			if err != nil {
				return misuse(err.Error())
			}
			if !pair.Unchanged {
				loaded = append(loaded, pair)
			}
		}
		return drives(loaded, asked, known, drivesAsked{*debounce, !*onward, *breaks, *asJSON})
	}
	lab := &rollout.Lab{Most: *most}
	if !*noRun {
		if lab.Run, err = live.NewLab(); err != nil {
			fmt.Fprintf(os.Stderr, "conformance: real proxies cannot run here, give --no-run: %v\n", err)
			return unusable
		}
		defer lab.Run.Close()
	}
	status := ok
	var all []*rollout.Judgement
	for _, name := range names {
		pair, err := rollout.Load(*pairs, name, found)
		if err != nil {
			return misuse(err.Error())
		}
		judgements, err := lab.Judge(pair, !*onward)
		if err != nil {
			fmt.Fprintf(os.Stderr, "conformance: %s: %v\n", name, err)
			status = differs
			continue
		}
		for _, judgement := range judgements {
			judgement.Mark(known)
			fmt.Fprint(os.Stderr, judgement.Progress())
		}
		all = append(all, judgements...)
	}
	summary, unknown, problems := rollout.Summary(all)
	if unknown+problems > 0 {
		status = differs
	}
	if *asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(all)
		fmt.Fprint(os.Stderr, summary)
		return status
	}
	fmt.Print(rollout.Table(all, *breaks))
	if *only == "" {
		for _, reason := range reasons.Unmet(known) {
			fmt.Printf("not found any more: %s\n", reason)
		}
	}
	fmt.Print(summary)
	return status
}

// debounceOfIstio is istiod's own, unless it is told another.
const debounceOfIstio = 100 * time.Millisecond

type drivesAsked struct {
	debounce             time.Duration
	back, breaks, asJSON bool
}

// drives lets engines make the pairs' changes in a cluster.
func drives(pairs []*rollout.Pair, engines []string, known []*rollout.Known, asked drivesAsked) int {
	status := ok
	var all []*rollout.Drive
	err := withCluster(cluster.Options{Debounce: asked.debounce}, func(lab *live.Lab, running *cluster.Cluster) {
		driver := &rollout.InCluster{Run: lab, Cluster: running}
		for _, pair := range pairs {
			made, err := driver.Drive(pair, engines, asked.back)
			if err != nil {
				fmt.Fprintf(os.Stderr, "conformance: %s: %v\n", pair.Name, err)
				status = differs
			}
			for _, drive := range made {
				drive.Mark(known)
				if drive.Unknown()+len(drive.Problems) > 0 {
					status = differs
				}
				fmt.Fprint(os.Stderr, drive.Progress())
			}
			all = append(all, made...)
		}
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "conformance: %v\n", err)
		return unusable
	}
	if asked.asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(all)
		return status
	}
	fmt.Print(rollout.TableOfDrives(all, engines, asked.breaks))
	return status
}
