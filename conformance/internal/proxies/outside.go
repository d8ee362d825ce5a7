package proxies

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/process"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// nginxLogs is where nginx writes its access log unless told otherwise.
const nginxLogs = "/var/log/nginx"

// Outside is a real proxy outside the mesh, in a network namespace of its own.
type Outside struct {
	Server  world.Server
	folder  string
	network *network.Namespace
	process *process.Process
}

// StartOutside runs the proxy that a server is, with its files in the folder that calls.json states.
func StartOutside(tools Tools, n *network.Namespace, w *world.World, server world.Server, folder string) (*Outside, error) {
	files, err := w.OutsideFiles(server)
	if err != nil {
		return nil, err
	}
	x := &Outside{Server: server, folder: folder, network: n}
	for _, made := range []string{"files", "logs"} {
		if err := os.MkdirAll(x.path(made), 0o777); err != nil {
			return nil, err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(x.path("files"), name), content, 0o644); err != nil {
			return nil, err
		}
	}
	mounts := &Mounts{folder: folder, sources: map[string]string{"files": x.path("files"), "logs": x.path("logs")}, template: &corev1.PodSpec{Containers: []corev1.Container{{
		Name: server.Name,
		VolumeMounts: []corev1.VolumeMount{
			{Name: "files", MountPath: server.Runs.Folder}, {Name: "logs", MountPath: nginxLogs},
		},
	}}}}
	args, err := outsideCommand(tools, *server.Runs, x.path("nginx.pid"))
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", server.Name, err)
	}
	x.process, err = process.Start(n.Command(append(mounts.wrap(server.Name), args...)...), x.path("out"), x.path("err"))
	return x, err
}

func outsideCommand(tools Tools, runs world.Runs, pid string) ([]string, error) {
	if runs.Program == "envoy" {
		return []string{tools.Envoy, "-c", filepath.Join(runs.Folder, "envoy.yaml"), "--concurrency", "1", "--disable-hot-restart",
			"--log-level", "warning", "--file-flush-interval-msec", "10"}, nil
	}
	if tools.Nginx == "" || tools.NginxStream == "" || tools.NginxScript == "" {
		return nil, fmt.Errorf("it wants nginx with its stream module and njs: run conformance/install.sh")
	}
	return []string{tools.Nginx, "-e", "/dev/stderr", "-g", fmt.Sprintf("load_module %s; daemon off; pid %s;", tools.NginxStream, pid),
		"-c", filepath.Join(runs.Folder, "nginx.conf")}, nil
}

func (x *Outside) path(name string) string { return filepath.Join(x.folder, name) }

// Ready waits until it listens, and has logged that it was asked.
func (x *Outside) Ready() error {
	deadline := time.Now().Add(readyWithin)
	address := net.JoinHostPort(x.Server.Addresses[0], strconv.Itoa(x.Server.Runs.Port))
	for {
		if x.process.Ended() {
			return fmt.Errorf("proxy %s ended: %s", x.Server.Name, process.LastLines(x.path("err"), 5))
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		conn, err := x.network.Dial(ctx, address, false)
		cancel()
		if err == nil {
			_ = conn.Close()
			for strings.Join(x.Log(), "") == "" && time.Now().Before(deadline) {
				time.Sleep(5 * time.Millisecond)
			}
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("proxy %s does not listen: %w", x.Server.Name, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Log is what it has said so far, file by file.
func (x *Outside) Log() []string {
	var texts []string
	for _, name := range []string{"out", "err", filepath.Join("logs", "access.log")} {
		raw, _ := os.ReadFile(x.path(name))
		texts = append(texts, string(raw))
	}
	return texts
}

// Since is what it has said since an earlier Log.
func (x *Outside) Since(before []string) string {
	var out strings.Builder
	for i, text := range x.Log() {
		out.WriteString(text[min(len(text), len(before[i])):])
	}
	return out.String()
}

// Stop ends it.
func (x *Outside) Stop() { x.process.Stop() }
