package main

import (
	"context"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling"
	"github.com/fluxcd/pkg/ssa"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// flux is a Kustomization with pruning, and otherwise the kustomize-controller's defaults.
type flux struct{ policiesFirst bool }

// concurrency is that of the kustomize-controller.
const concurrency = 4

func (f flux) sync(ctx context.Context, s state) error {
	to, err := client.New(s.config, client.Options{})
	if err != nil {
		return err
	}
	const group = "kustomize.toolkit.fluxcd.io"
	manager := ssa.NewResourceManager(to, polling.NewStatusPoller(to, to.RESTMapper(), polling.Options{}), ssa.Owner{Field: "kustomize-controller", Group: group})
	manager.SetConcurrency(concurrency)
	manager.SetOwnerLabels(s.is, "rollout", "flux-system")
	options := ssa.DefaultApplyOptions()
	if f.policiesFirst {
		options.CustomStageKinds = map[schema.GroupKind]struct{}{{Group: "security.istio.io", Kind: "AuthorizationPolicy"}: {}}
	}
	if len(s.is) > 0 {
		if _, err := manager.ApplyAllStaged(ctx, s.is, options); err != nil {
			return err
		}
	}
	_, err = manager.DeleteAll(ctx, s.gone(), ssa.DeleteOptions{
		PropagationPolicy: metav1.DeletePropagationBackground, Inclusions: manager.GetOwnerLabels("rollout", "flux-system"),
	})
	return err
}
