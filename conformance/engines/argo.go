package main

import (
	"context"
	"fmt"
	"time"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/cache"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/tracing"
	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
)

// argo is an Application with automated pruning, and otherwise Argo CD's defaults.
type argo struct{ serverSide, pruneLast bool }

const (
	// tracking is by annotation, as Argo CD does it, and the manager is its own.
	tracking, application = "argocd.argoproj.io/tracking-id", "rollout"
	argoManager           = "argocd-controller"
	// betweenWaves is how long Argo CD waits after each wave but the last.
	betweenWaves = 2 * time.Second
	// betweenSteps is about as long as its controller takes to come back to an operation.
	betweenSteps = 200 * time.Millisecond
)

func (a argo) sync(ctx context.Context, s state) error {
	for _, object := range s.is {
		annotations := object.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[tracking] = application
		object.SetAnnotations(annotations)
	}
	tracked := func(object *unstructured.Unstructured) bool { return object.GetAnnotations()[tracking] == application }
	live := cache.NewClusterCache(s.config, cache.SetLogr(logr.Discard()),
		cache.SetPopulateResourceInfoHandler(func(object *unstructured.Unstructured, _ bool) (any, bool) {
			return tracked(object), tracked(object)
		}))
	if err := live.EnsureSynced(); err != nil {
		return err
	}
	defer live.Invalidate()
	options := []sync.SyncOpt{
		sync.WithLogr(logr.Discard()), sync.WithPrune(true), sync.WithPruneLast(a.pruneLast), sync.WithPrunePropagationPolicy(ptr.To(metav1.DeletePropagationForeground)),
		sync.WithServerSideApply(a.serverSide), sync.WithServerSideApplyManager(argoManager),
		sync.WithSyncWaveHook(func(_ common.SyncPhase, _ int, last bool) error {
			if !last {
				time.Sleep(betweenWaves)
			}
			return nil
		}),
	}
	// as Argo CD goes on: a new context for each step, of what is live then and of what was done before
	phase, message, results := common.OperationRunning, "", []common.ResourceSyncResult(nil)
	for began := metav1.Now(); !phase.Completed(); time.Sleep(betweenSteps) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%w: %s", err, message)
		}
		managed, err := live.GetManagedLiveObjs(s.is, func(resource *cache.Resource) bool {
			ours, _ := resource.Info.(bool)
			return ours
		})
		if err != nil {
			return err
		}
		step, end, err := sync.NewSyncContext("", sync.Reconcile(s.is, managed, "default", live), s.config, s.config, &kube.KubectlCmd{Log: logr.Discard(), Tracer: tracing.NopTracer{}}, "default",
			append(options, sync.WithInitialState(phase, message, results, began))...)
		if err != nil {
			return err
		}
		step.Sync()
		phase, message, results = step.GetState()
		end()
	}
	if !phase.Successful() {
		return fmt.Errorf("%s: %s", phase, message)
	}
	return nil
}
