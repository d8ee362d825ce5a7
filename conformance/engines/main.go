// Command engines applies a state of an app to a cluster, and prunes what that state has no more, by the engines of the
// tools themselves: Argo CD's, Flux's and kubectl's. It is built apart from the lab, whose dependencies it does not share.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/go-logr/logr"
)

// state is what an engine works with.
type state struct {
	config     *rest.Config
	kubeconfig string
	// was are the objects that the engine applied last, of which the tool keeps a list; is are those wanted.
	was, is []*unstructured.Unstructured
	// wasPath and isPath are their files; isPath is empty if nothing is wanted.
	wasPath, isPath string
}

var engines = map[string]func(context.Context, state) error{
	"argo":                        argo{}.sync,
	"argo-prune-last":             argo{pruneLast: true}.sync,
	"argo-server-side":            argo{serverSide: true}.sync,
	"argo-server-side-prune-last": argo{serverSide: true, pruneLast: true}.sync,
	"flux":                        flux{}.sync,
	"flux-policies-first":         flux{policiesFirst: true}.sync,
	"kubectl":                     kubectl,
}

// patience is for an engine that waits for what does not come.
const patience = time.Minute

func main() {
	log.SetLogger(logr.Discard())
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() (err error) {
	flags := flag.NewFlagSet("engines", flag.ExitOnError)
	var s state
	engine := flags.String("engine", "", "one of the engines")
	flags.StringVar(&s.kubeconfig, "kubeconfig", "", "how to reach the cluster")
	flags.StringVar(&s.wasPath, "was", "", "manifests that the engine has applied")
	flags.StringVar(&s.isPath, "is", "", "manifests that it is to apply; none if nothing is to be left")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	sync := engines[*engine]
	if sync == nil {
		return fmt.Errorf("no engine %q", *engine)
	}
	if s.was, err = read(s.wasPath); err != nil {
		return err
	}
	if s.is, err = read(s.isPath); err != nil {
		return err
	}
	if s.config, err = clientcmd.BuildConfigFromFlags("", s.kubeconfig); err != nil {
		return err
	}
	s.config.QPS, s.config.Burst = 1000, 1000
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return sync(ctx, s)
}

func read(path string) ([]*unstructured.Unstructured, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return utils.ReadObjects(file)
}

// gone are the objects that were and are not wanted any more.
func (s state) gone() []*unstructured.Unstructured {
	return slices.DeleteFunc(slices.Clone(s.was), func(old *unstructured.Unstructured) bool {
		return slices.ContainsFunc(s.is, func(one *unstructured.Unstructured) bool { return identity(one) == identity(old) })
	})
}

func identity(object *unstructured.Unstructured) string { return utils.FmtUnstructured(object) }
