package live

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/proxies"
)

// Lab is what tier 2 needs of this machine.
type Lab struct {
	Tools proxies.Tools

	lock   *network.Lock
	folder string
}

// NewLab finds the tools and takes this machine's lock, or says why real
// proxies cannot run here.
func NewLab() (*Lab, error) {
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("network namespaces need Linux, this is %s: run it in a Linux container with --privileged", runtime.GOOS)
	}
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("network namespaces need root: run it with sudo, or in a container with --privileged")
	}
	tools, err := proxies.FindTools()
	if err != nil {
		return nil, err
	}
	lock, err := network.Acquire()
	if err != nil {
		return nil, fmt.Errorf("network namespaces: %w", err)
	}
	l := &Lab{Tools: tools, lock: lock}
	l.cleanOnSignal()
	if err := network.Probe(); err != nil {
		l.Close()
		return nil, fmt.Errorf("network namespaces, veth or iptables do not work here: %w: a container needs --privileged", err)
	}
	if err := l.reachable(); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Close gives the machine back.
func (l *Lab) Close() {
	_ = network.Sweep()
	if l.folder != "" {
		_ = os.RemoveAll(l.folder)
	}
	l.lock.Release()
}

// cleanOnSignal removes everything on Ctrl-C; a crash is cleaned up by the next run.
func (l *Lab) cleanOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "conformance: interrupted, cleaning up")
		l.Close()
		os.Exit(130)
	}()
}

// reachable copies Envoy to where its user can execute it, if a folder above is closed to others.
func (l *Lab) reachable() error {
	for folder := filepath.Dir(l.Tools.Envoy); folder != "/"; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err != nil {
			return err
		}
		if info.Mode()&0o001 == 0 {
			return l.copyEnvoy()
		}
	}
	return nil
}

func (l *Lab) copyEnvoy() (err error) {
	if l.folder, err = os.MkdirTemp("", network.FolderPattern); err != nil {
		return err
	}
	if err := os.Chmod(l.folder, 0o755); err != nil {
		return err
	}
	source, err := os.Open(l.Tools.Envoy)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	l.Tools.Envoy = filepath.Join(l.folder, "envoy")
	target, err := os.OpenFile(l.Tools.Envoy, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return err
	}
	return target.Close()
}
