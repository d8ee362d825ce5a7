package proxies

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// starts runs every start on one thread that never ends: a child dies with the
// thread that started it, so that a crash of the lab leaves none behind.
var starts = sync.OnceValue(func() chan func() {
	queue := make(chan func())
	go func() {
		runtime.LockOSThread()
		for start := range queue {
			start()
		}
	}()
	return queue
})

// process is a program with its output in files.
type process struct {
	command *exec.Cmd
	done    chan struct{}
	err     error
}

func start(command *exec.Cmd, outPath, errPath string) (*process, error) {
	stdout, err := writable(outPath)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stdout.Close() }()
	stderr, err := writable(errPath)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stderr.Close() }()
	command.Stdout, command.Stderr = stdout, stderr
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error)
	starts() <- func() { started <- command.Start() }
	if err := <-started; err != nil {
		return nil, err
	}
	p := &process{command: command, done: make(chan struct{})}
	go func() {
		p.err = command.Wait()
		close(p.done)
	}()
	return p, nil
}

// writable makes a log that a program of another user may open again by /dev/stdout.
func writable(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, err
	}
	return file, file.Chmod(0o666)
}

func (p *process) stop() {
	select {
	case <-p.done:
		return
	default:
	}
	_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// lastLines is the end of a log, for messages.
func lastLines(path string, count int) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}

// Tools are the programs that the lab starts.
type Tools struct {
	Envoy, Nginx, NginxStream, NginxScript string
}

// FindTools looks for Envoy in the folder that install.sh fills (or in
// $CONFORMANCE_TOOLS), and for nginx where Debian puts it.
func FindTools() (Tools, error) {
	var tools Tools
	folders := []string{os.Getenv("CONFORMANCE_TOOLS")}
	if working, err := os.Getwd(); err == nil {
		for ; ; working = filepath.Dir(working) {
			folders = append(folders, filepath.Join(working, ".tools"), filepath.Join(working, "conformance", ".tools"))
			if working == filepath.Dir(working) {
				break
			}
		}
	}
	for _, folder := range folders {
		candidate := filepath.Join(folder, "envoy", "envoy", "_bin", "envoy")
		if info, err := os.Stat(candidate); folder != "" && err == nil && !info.IsDir() && tools.Envoy == "" {
			tools.Envoy = candidate
		}
	}
	if tools.Envoy == "" {
		return tools, fmt.Errorf("no Envoy in .tools/: run conformance/install.sh")
	}
	for _, program := range []string{"ip", "iptables-restore", "setpriv", "unshare"} {
		if _, err := exec.LookPath(program); err != nil {
			return tools, fmt.Errorf("%w: run conformance/install.sh", err)
		}
	}
	tools.Nginx, _ = exec.LookPath("nginx")
	tools.NginxStream = nginxModule("ngx_stream_module.so")
	tools.NginxScript = nginxModule("ngx_stream_js_module.so")
	return tools, nil
}

func nginxModule(name string) string {
	path := filepath.Join("/usr/lib/nginx/modules", name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
