package network

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

const (
	prefix    = "conformance-"
	namesPath = "/var/run/netns"
	lockPath  = "/var/lock/conformance-lab.lock"
)

// FolderPattern names the folders that a lab makes for itself in os.TempDir.
const FolderPattern = "conformance-lab-*"

// gatewayAddress is the next hop of every namespace: the router's loopback.
var gatewayAddress = net.IPv4(169, 254, 1, 1)

// Lock lets one lab at a time use this machine.
type Lock struct{ file *os.File }

// Acquire waits for the lock and then removes what a lab that crashed left behind.
func Acquire() (*Lock, error) {
	file, err := os.OpenFile(lockPath, os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		fmt.Fprintln(os.Stderr, "conformance: another lab runs on this machine, waiting for it")
		if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
			return nil, err
		}
	}
	return &Lock{file}, Sweep()
}

// Release gives the lock back.
func (l *Lock) Release() { _ = l.file.Close() }

// Sweep removes every namespace and folder of a lab, and ends the processes in
// the namespaces: only the lab ever starts any there. Call it with the lock held.
func Sweep() error {
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), FolderPattern))
	if err != nil {
		return err
	}
	defer func() {
		for _, folder := range folders {
			_ = os.RemoveAll(folder)
		}
	}()
	names, err := filepath.Glob(filepath.Join(namesPath, prefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range names {
		if err := endProcesses(path); err != nil {
			return err
		}
		if err := netns.DeleteNamed(filepath.Base(path)); err != nil {
			return fmt.Errorf("namespace %s: %w", path, err)
		}
		_ = os.RemoveAll(filepath.Join("/etc/netns", filepath.Base(path)))
	}
	return nil
}

// endProcesses ends whatever has the namespace at path as its network.
func endProcesses(path string) error {
	var namespace syscall.Stat_t
	if err := syscall.Stat(path, &namespace); err != nil {
		return err
	}
	links, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil {
		return err
	}
	for _, link := range links {
		var of syscall.Stat_t
		if syscall.Stat(link, &of) != nil || of.Ino != namespace.Ino || of.Dev != namespace.Dev {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(link, "/proc/%d/", &pid); err == nil && pid != os.Getpid() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return nil
}

// Network is a router and the namespaces around it.
type Network struct {
	router     *Namespace
	namespaces []*Namespace
	forward    []string
	nat        []string
}

// New makes the router.
func New() (*Network, error) {
	router, err := newNamespace("router")
	if err != nil {
		return nil, err
	}
	n := &Network{router: router, namespaces: []*Namespace{router}}
	for _, setting := range []string{"net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0", "net.ipv4.icmp_ratelimit=0"} {
		name, value, _ := strings.Cut(setting, "=")
		if err := router.sysctl(name, value); err != nil {
			n.Remove()
			return nil, err
		}
	}
	err = router.Do(func() error {
		return addAddresses("lo", netip.MustParseAddr(gatewayAddress.String()))
	})
	if err != nil {
		n.Remove()
		return nil, err
	}
	return n, nil
}

// Probe makes a small network, with a rule, and removes it again.
func Probe() error {
	n, err := New()
	if err != nil {
		return err
	}
	defer n.Remove()
	pod, err := n.Add("probe", netip.MustParseAddr("10.244.255.2"), netip.MustParseAddr("10.244.255.1"))
	if err != nil {
		return err
	}
	return pod.Capture()
}

// Remove ends every process in the namespaces and removes them.
func (n *Network) Remove() {
	for _, namespace := range n.namespaces {
		namespace.Remove()
	}
}

// Remove ends every process in the namespace and removes it.
func (n *Namespace) Remove() {
	_ = endProcesses(filepath.Join(namesPath, n.Name))
	_ = n.handle.Close()
	_ = netns.DeleteNamed(n.Name)
	_ = os.RemoveAll(filepath.Join("/etc/netns", n.Name))
}

// Add makes a namespace that has the addresses, and a resolver in its /etc/resolv.conf.
func (n *Network) Add(name string, resolver netip.Addr, addresses ...netip.Addr) (*Namespace, error) {
	namespace, err := newNamespace(name)
	if err != nil {
		return nil, err
	}
	n.namespaces = append(n.namespaces, namespace)
	folder := filepath.Join("/etc/netns", namespace.Name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "resolv.conf"), fmt.Appendf(nil, "nameserver %s\n", resolver), 0o644); err != nil {
		return nil, err
	}
	if err := namespace.sysctl("net.ipv4.ip_unprivileged_port_start", "0"); err != nil {
		return nil, err
	}
	link := fmt.Sprintf("pod%d", len(n.namespaces))
	err = n.router.Do(func() error {
		veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: link}, PeerName: "eth0", PeerNamespace: netlink.NsFd(int(namespace.handle))}
		if err := netlink.LinkAdd(veth); err != nil {
			return fmt.Errorf("veth for %s: %w", name, err)
		}
		return route(link, addresses...)
	})
	if err != nil {
		return nil, err
	}
	return namespace, namespace.Do(func() error {
		if err := addAddresses("lo"); err != nil {
			return err
		}
		if err := addAddresses("eth0", addresses...); err != nil {
			return err
		}
		return defaultRoute("eth0")
	})
}

// Alone makes a namespace that nothing leads to; it has the addresses for itself.
func Alone(name string, addresses ...netip.Addr) (*Namespace, error) {
	namespace, err := newNamespace(name)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join("/etc/netns", namespace.Name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	for file, content := range map[string]string{"hosts": "127.0.0.1 localhost\n", "resolv.conf": ""} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o644); err != nil {
			return nil, err
		}
	}
	return namespace, namespace.Do(func() error { return addAddresses("lo", addresses...) })
}

func newNamespace(name string) (*Namespace, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer func() { _ = before.Close() }()
	full := prefix + name
	handle, err := netns.NewNamed(full)
	if err != nil {
		return nil, fmt.Errorf("namespace %s: %w", full, err)
	}
	return &Namespace{Name: full, handle: handle}, netns.Set(before)
}
