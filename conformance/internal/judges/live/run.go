// Package live is tier 2: what do real proxies and real sockets do?
package live

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"sync"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/policies"
	"github.com/cdk8s-istio-egress/conformance/internal/proxies"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Run is tier 2: real proxies, real sockets, real bytes.
type Run struct {
	lab     *Lab
	plane   *controlplane.ControlPlane
	world   *world.World
	folder  string
	network *network.Network
	dns     *network.DNS
	servers *outside.Servers
	pods    map[*world.Pod]*network.Namespace
	envoys  []*proxies.Envoy
	nginxes []*proxies.Nginx
	beyond  []*proxies.Outside
	planned []world.Call
	calls   int
	// tap reads along for Glance; clear is what it read, by call.
	tap     *network.Tap
	clearMu sync.Mutex
	clear   map[string]*clearness
}

// Start builds the world for real. The caller stops the result, whatever happens.
func (l *Lab) Start(plane *controlplane.ControlPlane, folder string, calls []world.Call) (*Run, error) {
	r := &Run{lab: l, plane: plane, world: plane.World, folder: folder, planned: calls, pods: map[*world.Pod]*network.Namespace{}}
	for _, step := range []func() error{r.buildNetwork, r.startServers, r.startBeyond, r.startPods, r.waitReady} {
		if err := step(); err != nil {
			r.Stop()
			return nil, err
		}
	}
	return r, nil
}

func (r *Run) buildNetwork() (err error) {
	if r.network, err = network.New(); err != nil {
		return err
	}
	for i, pod := range r.world.Pods {
		if r.pods[pod], err = r.network.Add(fmt.Sprintf("pod%d", i), r.world.Resolver(), pod.IP); err != nil {
			return err
		}
	}
	for _, service := range r.world.Services {
		address, err := netip.ParseAddr(service.Object.Spec.ClusterIP)
		if err != nil {
			continue // headless
		}
		for _, port := range service.Object.Spec.Ports {
			if target, ok := service.TargetPort(int(port.Port)); ok && len(service.Pods) > 0 {
				r.network.Forward(address, int(port.Port), "tcp", netip.AddrPortFrom(service.Pods[0].IP, uint16(target)))
			}
		}
	}
	if server := r.world.DNSServer(); server.Addr() != r.world.Resolver() {
		for _, protocol := range []string{"udp", "tcp"} {
			r.network.Forward(r.world.Resolver(), 53, protocol, server)
		}
	}
	if err := policies.Enforce(r.world, r.network, r.planned); err != nil {
		return err
	}
	return r.network.Apply()
}

func (r *Run) startServers() error {
	var addresses []netip.Addr
	for _, server := range r.world.Stated.Servers {
		own, err := addressesOf(server)
		if err != nil {
			return err
		}
		if server.Runs == nil {
			addresses = append(addresses, own...)
		}
	}
	namespace, err := r.network.Add("outside", r.world.Resolver(), addresses...)
	if err != nil {
		return err
	}
	if r.servers, err = outside.Serve(namespace, r.world); err != nil {
		return err
	}
	resolver, err := r.network.Add("dns", r.world.Resolver(), r.world.DNSServer().Addr())
	if err != nil {
		return err
	}
	r.dns, err = network.ServeDNS(resolver, r.world.DNSServer(), r.world.Resolve)
	return err
}

func addressesOf(server world.Server) ([]netip.Addr, error) {
	var out []netip.Addr
	for _, text := range server.Addresses {
		address, err := netip.ParseAddr(text)
		if err != nil || !address.Is4() {
			return nil, fmt.Errorf("server %s: the lab has IPv4 addresses only, got %q", server.Name, text)
		}
		out = append(out, address)
	}
	return out, nil
}

// startBeyond starts the real proxies outside, each as a machine of its own.
func (r *Run) startBeyond() error {
	for i, server := range r.world.Stated.Servers {
		if server.Runs == nil {
			continue
		}
		addresses, err := addressesOf(server)
		if err != nil {
			return err
		}
		namespace, err := r.network.Add(fmt.Sprintf("beyond%d", i), r.world.Resolver(), addresses...)
		if err != nil {
			return err
		}
		proxy, err := proxies.StartOutside(r.lab.Tools, namespace, r.world, server, filepath.Join(r.folder, "beyond-"+server.Name))
		if err != nil {
			return err
		}
		r.beyond = append(r.beyond, proxy)
	}
	return nil
}

func (r *Run) startPods() error {
	for _, pod := range r.world.Pods {
		folder := filepath.Join(r.folder, pod.ID())
		mounts, err := proxies.PrepareMounts(r.world, pod, folder)
		if err != nil {
			return err
		}
		if pod.Template != nil {
			for _, container := range pod.Template.Containers {
				if !proxies.Runnable(container) {
					continue
				}
				nginx, err := proxies.StartNginx(r.lab.Tools, r.pods[pod], pod, container, mounts, filepath.Join(folder, container.Name))
				if err != nil {
					return err
				}
				r.nginxes = append(r.nginxes, nginx)
			}
		}
		if pod.Role == world.Plain {
			continue
		}
		if pod.Role == world.Sidecar {
			if err := r.pods[pod].Capture(); err != nil {
				return err
			}
		}
		envoy, err := proxies.StartEnvoy(r.lab.Tools, r.plane, r.pods[pod], pod, mounts, filepath.Join(folder, "istio-proxy"))
		if err != nil {
			return err
		}
		r.envoys = append(r.envoys, envoy)
	}
	return nil
}

func (r *Run) waitReady() error {
	for _, envoy := range r.envoys {
		if err := envoy.Ready(); err != nil {
			return err
		}
	}
	for _, nginx := range r.nginxes {
		if err := nginx.Ready(); err != nil {
			return err
		}
	}
	for _, proxy := range r.beyond {
		if err := proxy.Ready(); err != nil {
			return err
		}
	}
	return nil
}

// Rejections joins what every proxy refused of its configuration.
func (r *Run) Rejections() error {
	var problems []error
	for _, envoy := range r.envoys {
		problems = append(problems, envoy.Rejected())
	}
	return errors.Join(problems...)
}

// Stop ends everything and removes every namespace.
func (r *Run) Stop() {
	if r.tap != nil {
		r.tap.Stop()
	}
	for _, envoy := range r.envoys {
		envoy.Stop()
	}
	for _, nginx := range r.nginxes {
		nginx.Stop()
	}
	for _, proxy := range r.beyond {
		proxy.Stop()
	}
	if r.servers != nil {
		r.servers.Stop()
	}
	if r.dns != nil {
		r.dns.Stop()
	}
	if r.network != nil {
		r.network.Remove()
	}
}
