package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/process"
)

// Engines are the ways of applying and pruning that the program of that name has.
var Engines = []string{
	"kubectl", "argo", "argo-prune-last", "argo-server-side", "argo-server-side-prune-last", "flux", "flux-policies-first",
}

// Sync lets an engine bring the cluster from what it applied last to another state.
func (c *Cluster) Sync(engine string, was, is *manifests.Set) error {
	folder, err := os.MkdirTemp(c.folder, "sync-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	args := []string{c.tools.Engines, "--engine=" + engine, "--kubeconfig=" + c.admin}
	for flag, set := range map[string]*manifests.Set{"was": was, "is": is} {
		if set == nil || len(set.Objects) == 0 {
			continue
		}
		path := filepath.Join(folder, flag+".yaml")
		if err := write(path, set); err != nil {
			return err
		}
		args = append(args, "--"+flag+"="+path)
	}
	command := c.namespace.Command(args...)
	command.Dir, command.Env = folder, append(os.Environ(), "HOME="+c.path("engines"))
	log := filepath.Join(folder, "log")
	running, err := process.Start(command, filepath.Join(folder, "out"), log)
	if err == nil {
		err = running.Wait()
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", engine, err, process.LastLines(log, 10))
	}
	return c.until("what is deleted after its dependants", func() error { return c.gone(was, is) })
}

// gone is an error if anything is still there that is not wanted any more.
func (c *Cluster) gone(was, is *manifests.Set) error {
	if was == nil {
		return nil
	}
	for _, object := range was.Objects {
		if is != nil && slices.ContainsFunc(is.Objects, func(one *manifests.Object) bool { return one.ID() == object.ID() }) {
			continue
		}
		resource, err := c.resource(object.Raw)
		if err != nil {
			return err
		}
		if _, err := resource.Get(context.Background(), object.Raw.GetName(), metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			return errors.Join(err, fmt.Errorf("%s is still there", object.ID()))
		}
	}
	return nil
}

func write(path string, set *manifests.Set) error {
	var text []byte
	for _, object := range set.Objects {
		document, err := yaml.Marshal(object.Raw.Object)
		if err != nil {
			return err
		}
		text = slices.Concat(text, []byte("---\n"), document)
	}
	return os.WriteFile(path, text, 0o600)
}
