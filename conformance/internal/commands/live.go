package commands

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/cluster"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
)

// inCluster makes the calls under a real API server and a real istiod.
func inCluster(args []string) int {
	flags := scenariosOf("live")
	if flags.Parse(args) != nil {
		return misused
	}
	jobs, err := flags.jobs()
	if err != nil {
		return misuse(err.Error())
	}
	found, err := findSchema(*flags.schema)
	if err != nil {
		return misuse(err.Error())
	}
	status, err := judgeInCluster(jobs, found, *flags.asJSON)
	if err != nil {
		fmt.Fprintf(os.Stderr, "conformance: %v\n", err)
		return unusable
	}
	return status
}

func judgeInCluster(jobs []job, schema string, asJSON bool) (int, error) {
	revisions, err := revisionsOf(jobs)
	if err != nil {
		return misused, err
	}
	status := unusable
	err = withCluster(cluster.Options{Revisions: revisions, Debounce: debounceOfScenarios}, func(lab *live.Lab, running *cluster.Cluster) {
		status = judgeAll(&scenario.InCluster{Schema: schema, Run: lab, Cluster: running}, jobs, asJSON, scenario.LimitsOfLive)
	})
	return status, err
}

// debounceOfScenarios is short: nothing comes while a scenario's calls are made.
const debounceOfScenarios = 20 * time.Millisecond

// withCluster runs a cluster while something is done in it.
func withCluster(options cluster.Options, do func(*live.Lab, *cluster.Cluster)) error {
	tools, err := cluster.FindTools()
	if err != nil {
		return err
	}
	lab, err := live.NewLab()
	if err != nil {
		return err
	}
	defer lab.Close()
	folder, err := os.MkdirTemp("", network.FolderPattern)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	start := time.Now()
	running, err := cluster.Start(tools, folder, options)
	if err != nil {
		return err
	}
	defer running.Stop()
	fmt.Fprintf(os.Stderr, "conformance: Kubernetes %s and istiod, up in %.1f s\n", running.Version(), time.Since(start).Seconds())
	do(lab, running)
	return nil
}

var revision = regexp.MustCompile(`(?m)^ *istio\.io/rev: "?([^"\s]+)"?$`)

// revisionsOf are all that the manifests name.
func revisionsOf(jobs []job) ([]string, error) {
	found := map[string]bool{}
	for _, job := range jobs {
		text, err := os.ReadFile(job.manifests)
		if err != nil {
			return nil, err
		}
		for _, match := range revision.FindAllSubmatch(text, -1) {
			if name := string(match[1]); name != "default" {
				found[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}
