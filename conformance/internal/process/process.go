// Package process starts programs.
package process

import (
	"os"
	"os/exec"
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

// Process is a program with its output in files.
type Process struct {
	command *exec.Cmd
	done    chan struct{}
	err     error
}

// Start starts a program that ends with the lab, whatever happens.
func Start(command *exec.Cmd, outPath, errPath string) (*Process, error) {
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
	p := &Process{command: command, done: make(chan struct{})}
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

// Stop ends it.
func (p *Process) Stop() {
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

// Wait waits until it ends by itself, and says whether it failed.
func (p *Process) Wait() error {
	<-p.done
	return p.err
}

// Ended says whether it has ended by itself.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// LastLines is the end of a log, for messages.
func LastLines(path string, count int) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}
