package proxies

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/process"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const readyWithin = 30 * time.Second

// Envoy is the proxy of one pod.
type Envoy struct {
	Pod *world.Pod

	folder  string
	process *process.Process
	admin   *http.Client
}

// StartEnvoy starts a pod's proxy; Ready waits for it.
func StartEnvoy(tools Tools, plane *controlplane.ControlPlane, n *network.Namespace, pod *world.Pod, mounts *Mounts, folder string) (*Envoy, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	if err := os.Chmod(folder, 0o777); err != nil {
		return nil, err
	}
	e := &Envoy{Pod: pod, folder: folder}
	socket := filepath.Join(folder, "admin.sock")
	config, err := bootstrap(plane, pod, socket)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(e.path("bootstrap.json"), config, 0o644); err != nil {
		return nil, err
	}
	e.admin = &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
		DisableKeepAlives: true,
	}}
	args := append(mounts.wrap("istio-proxy"), asUser(1337,
		tools.Envoy, "-c", e.path("bootstrap.json"), "--concurrency", "1", "--disable-hot-restart",
		"--log-level", "warning", "--file-flush-interval-msec", "10", "--drain-time-s", strconv.Itoa(plane.World.DrainSeconds))...)
	e.process, err = process.Start(n.Command(args...), e.path("access.log"), e.path("envoy.log"))
	return e, err
}

func asUser(uid int, args ...string) []string {
	id := strconv.Itoa(uid)
	return append([]string{"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups", "--pdeathsig=KILL"}, args...)
}

func (e *Envoy) path(name string) string { return filepath.Join(e.folder, name) }

// Usage of the proxy.
func (e *Envoy) Usage() (process.Usage, error) { return e.process.Usage() }

// Ended says whether it has ended by itself.
func (e *Envoy) Ended() bool { return e.process.Ended() }

// Stop ends it.
func (e *Envoy) Stop() { e.process.Stop() }

// Ready waits until every cluster and listener is there, and says what is missing if not.
func (e *Envoy) Ready() error {
	deadline := time.Now().Add(readyWithin)
	for {
		if e.process.Ended() {
			return fmt.Errorf("the proxy of %s ended: %s", e.Pod.ID(), process.LastLines(e.path("envoy.log"), 5))
		}
		stats, err := e.Stats(`^(listener_manager\.(lds\.update_success|workers_started|total_listeners_warming)|cluster_manager\.(cds\.update_success|warming_clusters)|server\.state)$`)
		if err == nil && stats["listener_manager.lds.update_success"] > 0 && stats["cluster_manager.cds.update_success"] > 0 &&
			stats["listener_manager.workers_started"] == 1 && stats["listener_manager.total_listeners_warming"] == 0 &&
			stats["cluster_manager.warming_clusters"] == 0 && stats["server.state"] == 0 {
			return nil
		}
		if rejected := e.Rejected(); rejected != nil {
			return rejected
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the proxy of %s was not ready within %s (%v); still warming: %s", e.Pod.ID(), readyWithin, stats, e.warming())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Settled waits until nothing warms and nothing drains: the proxy works by its newest configuration alone.
func (e *Envoy) Settled() error {
	for deadline := time.Now().Add(readyWithin); ; time.Sleep(2 * time.Millisecond) {
		stats, err := e.Stats(`^(listener_manager\.(total_listeners_warming|total_listeners_draining|total_filter_chains_draining)|cluster_manager\.warming_clusters)$`)
		if err == nil && len(stats) == 4 && stats["listener_manager.total_listeners_warming"] == 0 && stats["cluster_manager.warming_clusters"] == 0 &&
			stats["listener_manager.total_listeners_draining"] == 0 && stats["listener_manager.total_filter_chains_draining"] == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the proxy of %s did not settle within %s (%v); still warming: %s", e.Pod.ID(), readyWithin, stats, e.warming())
		}
	}
}

var warmingName = regexp.MustCompile(`"name": "([^"]+)"`)

func (e *Envoy) warming() string {
	var names []string
	for _, resource := range []string{"dynamic_warming_clusters", "dynamic_listeners"} {
		dump, err := e.get("/config_dump?resource=" + resource + "&mask=name,cluster.name,warming_state.listener.name")
		if err != nil {
			continue
		}
		for _, match := range warmingName.FindAllStringSubmatch(dump, -1) {
			names = append(names, match[1])
		}
	}
	return strings.Join(names, ", ")
}

// Rejected is an error if the proxy refused any configuration, with Envoy's reason.
func (e *Envoy) Rejected() error {
	stats, err := e.Stats(`update_rejected$`)
	if err != nil {
		return nil // not up yet
	}
	for name, count := range stats {
		if count > 0 {
			return fmt.Errorf("the proxy of %s rejected a configuration (%s): %s", e.Pod.ID(), name, e.rejections())
		}
	}
	return nil
}

func (e *Envoy) rejections() string {
	raw, _ := os.ReadFile(e.path("envoy.log"))
	var out []string
	for line := range strings.Lines(string(raw)) {
		if strings.Contains(line, "rejected") || strings.Contains(line, "rror adding") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, "; ")
}

// Stats are the proxy's counters and gauges whose names match.
func (e *Envoy) Stats(filter string) (map[string]int, error) {
	text, err := e.get("/stats?filter=" + strings.NewReplacer(`\`, "%5C", "^", "%5E", "|", "%7C", "+", "%2B").Replace(filter))
	if err != nil {
		return nil, err
	}
	stats := map[string]int{}
	for line := range strings.Lines(text) {
		at := strings.LastIndex(line, ": ")
		if at < 0 {
			continue
		}
		if value, err := strconv.Atoi(strings.TrimSpace(line[at+2:])); err == nil {
			stats[line[:at]] = value
		}
	}
	return stats, nil
}

func (e *Envoy) get(path string) (string, error) {
	response, err := e.admin.Get("http://admin" + path)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// Entries are the lines of the lab's access log so far.
func (e *Envoy) Entries() ([]controlplane.Entry, error) {
	var out []controlplane.Entry
	err := eachLine(e.path("access.log"), func(line []byte) {
		if entry, err := controlplane.ParseEntry(line); err == nil && entry.Lab != "" {
			out = append(out, entry)
		}
	})
	return out, err
}

// Audit are the lines that the manifests let it write so far.
func (e *Envoy) Audit() ([]map[string]any, error) { return audit(e.path("access.log")) }
