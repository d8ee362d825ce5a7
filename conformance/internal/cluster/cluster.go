// Package cluster runs a Kubernetes cluster without nodes: etcd, API server, controllers and istiod, as processes
// in a network namespace of their own. The lab stands in for scheduler and kubelet.
package cluster

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/process"
	"github.com/cdk8s-istio-egress/conformance/internal/proxies"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// address is that of the whole control plane. Endpoints must not be loopback addresses, so it has one of the pods'.
const address = "10.244.255.1"

const upWithin = time.Minute

// Tools are the programs of a cluster, and Engines those that apply to it.
type Tools struct{ Etcd, APIServer, Controllers, Istiod, Engines string }

// FindTools looks for them where install-live.sh puts them.
func FindTools() (Tools, error) {
	var tools Tools
	for name, path := range map[string]*string{
		"etcd": &tools.Etcd, "kube-apiserver": &tools.APIServer, "kube-controller-manager": &tools.Controllers, "pilot-discovery": &tools.Istiod,
		"engines": &tools.Engines,
	} {
		if *path = proxies.Installed("live", name); *path == "" {
			return tools, fmt.Errorf("no %s in .tools/live/: run conformance/install-live.sh", name)
		}
	}
	return tools, nil
}

// Cluster is one that runs.
type Cluster struct {
	// Mesh is the authority that istiod has been given.
	Mesh *world.Authority

	tools     Tools
	options   Options
	folder    string
	namespace *network.Namespace
	processes []*process.Process
	warnings  *warnings
	config    *rest.Config
	kube      kubernetes.Interface
	dynamic   dynamic.Interface
	mapper    *restmapper.DeferredDiscoveryRESTMapper
	// admin is the kubeconfig of who may do everything.
	admin  string
	mesh   string
	istiod *process.Process
	launch func() error
	// rights are those to read Secrets, by service account, that istiod may have asked for: it keeps the answer for minutes.
	rights map[string]bool
}

// Options are what clusters differ in.
type Options struct {
	// Revisions are those that istiod serves besides its own.
	Revisions []string
	// Debounce is how long istiod waits for more of what comes before it pushes.
	Debounce time.Duration
}

// Start runs a cluster that keeps everything in a folder. The caller stops the result.
func Start(tools Tools, folder string, options Options) (*Cluster, error) {
	c := &Cluster{tools: tools, options: options, folder: folder, warnings: &warnings{}, rights: map[string]bool{}}
	for _, step := range []func() error{c.isolate, c.startKubernetes, c.addNode, c.installIstio, c.startIstiod} {
		if err := step(); err != nil {
			c.Stop()
			return nil, err
		}
	}
	return c, nil
}

// Stop ends it.
func (c *Cluster) Stop() {
	for _, process := range c.processes {
		process.Stop()
	}
	if c.namespace != nil {
		c.namespace.Remove()
	}
}

// Version is what the API server says of itself.
func (c *Cluster) Version() string {
	version, err := c.kube.Discovery().ServerVersion()
	if err != nil {
		return err.Error()
	}
	return version.GitVersion
}

func (c *Cluster) isolate() (err error) {
	if c.Mesh, err = world.NewAuthority("lab mesh CA"); err != nil {
		return err
	}
	c.namespace, err = network.Alone("cluster", netip.MustParseAddr(address))
	return err
}

func (c *Cluster) path(name ...string) string {
	return filepath.Join(append([]string{c.folder}, name...)...)
}

// start runs a program in a folder of its own.
func (c *Cluster) start(name string, environment []string, args ...string) (*process.Process, error) {
	folder := c.path(name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	command := c.namespace.Command(args...)
	command.Dir, command.Env = folder, append(os.Environ(), environment...)
	started, err := process.Start(command, filepath.Join(folder, "out"), filepath.Join(folder, "log"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.processes = append(c.processes, started)
	return started, nil
}

// Dial connects to a port of the control plane.
func (c *Cluster) Dial(ctx context.Context, port int) (net.Conn, error) {
	return c.namespace.Dial(ctx, fmt.Sprintf("%s:%d", address, port), false)
}

func (c *Cluster) dialXDS(ctx context.Context) (net.Conn, error) { return c.Dial(ctx, xdsPort) }

func (c *Cluster) connect(token string) error {
	config := &rest.Config{
		Host: "https://" + net.JoinHostPort(address, "6443"), BearerToken: token,
		TLSClientConfig: rest.TLSClientConfig{CAFile: c.path(certificates, servingCertificate)},
		QPS:             -1, WarningHandler: c.warnings,
		Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
			return c.namespace.Dial(ctx, address, false)
		},
	}
	c.config = config
	var err error
	if c.kube, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.kube.Discovery()))
	c.dynamic, err = dynamic.NewForConfig(config)
	return err
}

// get reads a page of one of the control plane's own ports.
func (c *Cluster) get(port int, path string) (string, error) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return c.Dial(ctx, port) },
	}}
	response, err := client.Get("http://istiod" + path)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, response.Status)
	}
	return string(body), err
}

// until waits for what a program must do, and gives up when any has ended.
func (c *Cluster) until(what string, holds func() error) error {
	deadline := time.Now().Add(upWithin)
	for ; ; time.Sleep(10 * time.Millisecond) {
		err := holds()
		if err == nil {
			return nil
		}
		for _, process := range c.processes {
			if process.Ended() {
				return fmt.Errorf("a program of the cluster ended: %s", c.logs())
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not within %s: %w; %s", what, upWithin, err, c.logs())
		}
	}
}

func (c *Cluster) logs() string {
	text := ""
	logs, _ := filepath.Glob(c.path("*", "log"))
	for _, log := range logs {
		text += "\n" + filepath.Base(filepath.Dir(log)) + ": " + process.LastLines(log, 3)
	}
	return text
}
