package proxies

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/process"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Nginx is an nginx container beside a gateway's proxy.
type Nginx struct {
	Pod     *world.Pod
	folder  string
	process *process.Process
}

// Runnable says whether the lab has a program for a container.
func Runnable(container corev1.Container) bool { return strings.Contains(container.Image, "nginx") }

// StartNginx runs a container's own command line with Debian's nginx.
func StartNginx(tools Tools, n *network.Namespace, pod *world.Pod, container corev1.Container, mounts *Mounts, folder string) (*Nginx, error) {
	if tools.Nginx == "" || tools.NginxStream == "" {
		return nil, fmt.Errorf("pod %s wants nginx with its stream module: run conformance/install.sh", pod.ID())
	}
	if err := os.MkdirAll(filepath.Join(folder, "tmp"), 0o777); err != nil {
		return nil, err
	}
	if err := os.Chmod(filepath.Join(folder, "tmp"), 0o777); err != nil {
		return nil, err
	}
	uid := 101 // as the images have it
	if context := container.SecurityContext; context != nil && context.RunAsUser != nil {
		uid = int(*context.RunAsUser)
	}
	x := &Nginx{Pod: pod, folder: folder}
	wrapped := mounts.wrap(container.Name)
	if len(wrapped) == 0 {
		wrapped = []string{"sh", "-ec", `exec "$@"`, "sh"}
	}
	// its own /tmp, last: the lab's folder, which the other mounts come from, is below /tmp
	wrapped[2] = strings.Replace(wrapped[2], `exec "$@"`, fmt.Sprintf("mount --bind %q /tmp\nexec \"$@\"", filepath.Join(folder, "tmp")), 1)
	if err := writeNginx(tools, filepath.Join(folder, "tmp")); err != nil {
		return nil, err
	}
	args := append(wrapped, asUser(uid, commandLine(tools, container)...)...)
	var err error
	x.process, err = process.Start(n.Command(args...), x.path("nginx.out"), x.path("nginx.log"))
	return x, err
}

func (x *Nginx) path(name string) string { return filepath.Join(x.folder, name) }

// commandLine is the container's, with Debian's binary and its loadable stream
// module, which the usual images have built in; a shell finds them by its PATH.
func commandLine(tools Tools, container corev1.Container) []string {
	given := append(append([]string(nil), container.Command...), container.Args...)
	if len(given) > 0 && given[0] == "sh" {
		return append([]string{"env", "PATH=/tmp/bin:/usr/bin:/bin"}, given...)
	}
	if len(given) > 0 && filepath.Base(given[0]) == "nginx" {
		given = given[1:]
	}
	directives := "daemon off;"
	var rest []string
	for i := 0; i < len(given); i++ {
		if given[i] == "-g" && i+1 < len(given) {
			directives = given[i+1]
			i++
			continue
		}
		rest = append(rest, given[i])
	}
	return append([]string{tools.Nginx, "-e", "/dev/stderr", "-g", "load_module " + tools.NginxStream + "; " + directives}, rest...)
}

// writeNginx gives a shell an nginx that has its stream module.
func writeNginx(tools Tools, tmp string) error {
	if err := os.MkdirAll(filepath.Join(tmp, "bin"), 0o755); err != nil {
		return err
	}
	script := fmt.Sprintf("#!/bin/sh\nexec %q -g 'load_module %s;' \"$@\"\n", tools.Nginx, tools.NginxStream)
	return os.WriteFile(filepath.Join(tmp, "bin", "nginx"), []byte(script), 0o755)
}

// Ready gives it a moment to fail.
func (x *Nginx) Ready() error {
	for range 20 {
		if x.process.Ended() {
			return fmt.Errorf("nginx of %s ended: %s", x.Pod.ID(), process.LastLines(x.path("nginx.log"), 5))
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// Log is what nginx has said so far.
func (x *Nginx) Log() string {
	raw, _ := os.ReadFile(x.path("nginx.log"))
	return string(raw)
}

// Audit are the lines that its configuration lets it write so far.
func (x *Nginx) Audit() ([]map[string]any, error) { return audit(x.path("nginx.out")) }

// Usage of its master and workers.
func (x *Nginx) Usage() (process.Usage, error) { return x.process.Usage() }

// Stop ends it.
func (x *Nginx) Stop() { x.process.Stop() }
