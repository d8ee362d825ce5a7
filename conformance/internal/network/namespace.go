// Package network joins network namespaces by a router: one namespace a pod, one
// for everything outside, one for DNS. Nothing leads out of it.
package network

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// BypassMark is set on connections that go around the sidecar.
const BypassMark = 1337

// Namespace is a network namespace.
type Namespace struct {
	Name   string
	handle netns.NsHandle
}

// Do runs f on a thread inside the namespace. Sockets that f opens and processes
// that it starts stay there.
func (n *Namespace) Do(f func() error) error {
	runtime.LockOSThread()
	before, err := netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer func() {
		if netns.Set(before) == nil {
			runtime.UnlockOSThread() // else the thread ends with its goroutine
		}
		_ = before.Close()
	}()
	if err := netns.Set(n.handle); err != nil {
		return fmt.Errorf("namespace %s: %w", n.Name, err)
	}
	return f()
}

// Listen opens a TCP listener inside.
func (n *Namespace) Listen(address string) (listener net.Listener, err error) {
	config := net.ListenConfig{}
	config.SetMultipathTCP(false)
	err = n.Do(func() error {
		listener, err = config.Listen(context.Background(), "tcp", address)
		return err
	})
	return listener, err
}

// ListenPacket opens a UDP socket inside.
func (n *Namespace) ListenPacket(address string) (packets net.PacketConn, err error) {
	err = n.Do(func() error {
		packets, err = net.ListenPacket("udp", address)
		return err
	})
	return packets, err
}

// Dial connects from inside to a literal address. A bypassing connection is not
// redirected into the sidecar.
func (n *Namespace) Dial(ctx context.Context, address string, bypass bool) (conn net.Conn, err error) {
	dialer := net.Dialer{}
	dialer.SetMultipathTCP(false)
	if bypass {
		dialer.Control = func(_, _ string, raw syscall.RawConn) (problem error) {
			err := raw.Control(func(fd uintptr) {
				problem = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, BypassMark)
			})
			if err != nil {
				return err
			}
			return problem
		}
	}
	err = n.Do(func() error {
		conn, err = dialer.DialContext(ctx, "tcp", address)
		return err
	})
	return conn, err
}

// DialFrom connects from one of the namespace's own addresses.
func (n *Namespace) DialFrom(ctx context.Context, local, address string) (conn net.Conn, err error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(local)}}
	dialer.SetMultipathTCP(false)
	err = n.Do(func() error {
		conn, err = dialer.DialContext(ctx, "tcp", address)
		return err
	})
	return conn, err
}

// Command runs a program inside, with /etc/netns/NAME bound over /etc.
func (n *Namespace) Command(args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", n.Name}, args...)...)
}

func (n *Namespace) sysctl(name, value string) error {
	return n.Do(func() error {
		return os.WriteFile("/proc/sys/"+strings.ReplaceAll(name, ".", "/"), []byte(value), 0)
	})
}

// restore loads one iptables table, given its chains' rules.
func (n *Namespace) restore(rules string) error {
	command := n.Command("iptables-restore", "--wait")
	command.Stdin = strings.NewReader(rules)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("iptables in %s: %w: %s", n.Name, err, output)
	}
	return nil
}
