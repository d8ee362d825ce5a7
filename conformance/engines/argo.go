package main

import (
	"context"
	"fmt"
	"time"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/cache"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/engine"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
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
	gitops := engine.NewEngine(s.config, live, engine.WithLogr(logr.Discard()))
	stop, err := gitops.Run()
	if err != nil {
		return err
	}
	defer stop()
	results, err := gitops.Sync(ctx, s.is, func(resource *cache.Resource) bool {
		ours, _ := resource.Info.(bool)
		return ours
	}, "", "default",
		sync.WithLogr(logr.Discard()), sync.WithPrune(true), sync.WithPruneLast(a.pruneLast), sync.WithPrunePropagationPolicy(ptr.To(metav1.DeletePropagationForeground)),
		sync.WithServerSideApply(a.serverSide), sync.WithServerSideApplyManager(argoManager),
		sync.WithSyncWaveHook(func(_ common.SyncPhase, _ int, last bool) error {
			if !last {
				time.Sleep(betweenWaves)
			}
			return nil
		}))
	for _, result := range results {
		if result.Status == common.ResultCodeSyncFailed {
			return fmt.Errorf("%s: %s", result.ResourceKey, result.Message)
		}
	}
	return err
}
