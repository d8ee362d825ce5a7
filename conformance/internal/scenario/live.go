package scenario

import (
	"fmt"
	"os"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/cluster"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// LimitsOfLive is what the tier of a real cluster does not show.
const LimitsOfLive = `NOT SHOWN HERE:
  no kubelet and no node: the lab's network namespaces stand in for pods, and upstream Envoy for Istio's proxy build;
    of an injected pod the identity, labels and admission are real, its containers, mounts and security context do not run
  no istio-agent: no DNS capture, so the addresses that istiod allocates are used by no proxy; no file-watching of certificates
  no telemetry, metadata-exchange or ALPN filters; no ztunnel, no ambient; IPv4 and TCP only
  NetworkPolicies are enforced by the lab's router, cluster addresses by it instead of kube-proxy
  one pod of each Deployment runs; autoscalers, disruption budgets, quotas and what watches nodes have no controller`

// InCluster judges scenarios in a cluster, one after the other.
type InCluster struct {
	Schema  string
	Run     *live.Lab
	Cluster *cluster.Cluster
}

// Judge puts one scenario into the cluster, and makes its calls.
func (l *InCluster) Judge(name, manifestPath, callsPath string) (*Result, error) {
	start := time.Now()
	text, err := os.ReadFile(manifestPath)
	if err != nil {
		return nil, err
	}
	stated, err := world.Load(callsPath, l.Schema)
	if err != nil {
		return nil, err
	}
	result := &Result{Name: name, Title: stated.Title, Accept: &accept.Verdict{}}
	set, err := manifests.Parse(string(text))
	if err != nil {
		result.Accept.Errors = append(result.Accept.Errors, err.Error())
	}
	lab, err := world.Derive(set, stated)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := l.judge(result, lab, stated.Calls); err != nil {
		result.Broken = append(result.Broken, err.Error())
		result.addMissing(expand(stated.Calls, lab), "live", "the call was not made: "+err.Error())
	}
	result.Seconds = time.Since(start).Seconds()
	return result, nil
}

func (l *InCluster) judge(result *Result, lab *world.World, calls []world.Call) error {
	directory, err := os.MkdirTemp("", network.FolderPattern)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	if err := os.Chmod(directory, 0o755); err != nil { // the proxies are not root
		return err
	}
	scene, err := l.Cluster.Stage(lab)
	defer scene.Clear()
	result.Added, result.Left, result.Allocated = scene.Added, scene.NotServed, scene.Allocated
	result.Accept.Errors = append(result.Accept.Errors, scene.Refused...)
	result.Accept.Warnings = scene.Warnings
	if err != nil {
		return err
	}
	plane, err := scene.Plane(directory)
	if err != nil {
		return err
	}
	defer plane.Stop()
	run, err := l.Run.Start(plane, directory, calls)
	if err != nil {
		return err
	}
	defer run.Stop()
	for _, call := range expand(calls, lab) {
		why := scene.Inadmissible[lab.Callers[call.Name]]
		err := result.judge(call, "live", func() (judges.Seen, error) {
			if why != "" {
				return judges.Seen{Refused: "admission", At: "api-server", Detail: why}, nil
			}
			return run.Call(call)
		})
		if err != nil {
			return err
		}
	}
	if err := result.makeRequests(scene, lab.Stated.Requests); err != nil {
		return err
	}
	return run.Rejections()
}

// addMissing says of every call that a judge has not seen why.
func (r *Result) addMissing(calls []world.Call, judge, why string) {
	seen := map[string]bool{}
	for _, cell := range r.Cells {
		seen[cell.Call] = true
	}
	for _, call := range calls {
		if !seen[call.Name] {
			r.unseen(call, judge, why)
		}
	}
}
