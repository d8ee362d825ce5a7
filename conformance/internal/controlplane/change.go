package controlplane

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	meta "istio.io/api/meta/v1alpha1"
	networking "istio.io/api/networking/v1alpha3"

	"istio.io/istio/pilot/pkg/model"
	v3 "istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/host"
	"istio.io/istio/pkg/config/schema/gvk"
)

const (
	changedWithin = 10 * time.Second
	// overtakenAfter is longer than proxies take to answer.
	overtakenAfter = 100 * time.Millisecond
	// marking is where the objects are by which it is seen that others have arrived.
	marking = "conformance-mark"
	// nonceLength is that of the UUID that follows a version in a nonce.
	nonceLength = 36
)

// Change puts Istio objects and removes others, and waits until whatever is pushed from now on has been
// computed from the result. CreationTimestamps stay as they are given: Istio goes by them where two objects claim the same.
func (c *ControlPlane) Change(put, removed []config.Config) error {
	store := c.Server.Store()
	for _, one := range removed {
		if err := store.Delete(one.GroupVersionKind, one.Name, one.Namespace, nil); err != nil {
			return fmt.Errorf("%s %s/%s: %w", one.GroupVersionKind.Kind, one.Namespace, one.Name, err)
		}
	}
	for _, one := range put {
		if err := c.put(one); err != nil {
			return err
		}
	}
	if err := c.mark(); err != nil {
		return err
	}
	return c.push()
}

// push sends every proxy everything.
func (c *ControlPlane) push() error {
	committed := c.Server.Discovery.CommittedUpdates.Load()
	c.Server.Discovery.ConfigUpdate(&model.PushRequest{Forced: true, Reason: model.NewReasonStats(model.ConfigUpdate)})
	return until("the control plane did not take the change", func() bool {
		return c.Server.Discovery.CommittedUpdates.Load() > committed && c.idle()
	})
}

func (c *ControlPlane) put(one config.Config) error {
	store := c.Server.Store()
	one = one.DeepCopy()
	one.ResourceVersion = ""
	var err error
	if store.Get(one.GroupVersionKind, one.Name, one.Namespace) == nil {
		_, err = store.Create(one)
	} else {
		_, err = store.Update(one)
	}
	if err != nil {
		return fmt.Errorf("%s %s/%s: %w", one.GroupVersionKind.Kind, one.Namespace, one.Name, err)
	}
	return nil
}

func (c *ControlPlane) idle() bool {
	return c.Server.Discovery.CommittedUpdates.Load() >= c.Server.Discovery.InboundUpdates.Load()
}

// mark writes one more ServiceEntry and VirtualService and waits for what Istio makes of them: these kinds
// are read by workers of their own, one event after the other.
func (c *ControlPlane) mark() error {
	c.marks++
	name := fmt.Sprintf("mark-%d.invalid", c.marks)
	nobody := []string{"~"}
	for kind, spec := range map[config.GroupVersionKind]proto.Message{
		gvk.ServiceEntry: &networking.ServiceEntry{
			Hosts: []string{name}, ExportTo: nobody, Location: networking.ServiceEntry_MESH_EXTERNAL, Resolution: networking.ServiceEntry_NONE,
			Ports: []*networking.ServicePort{{Number: 1, Name: "tcp", Protocol: "TCP"}},
		},
		gvk.VirtualService: &networking.VirtualService{
			Hosts: []string{name}, ExportTo: nobody,
			Tcp: []*networking.TCPRoute{{Route: []*networking.RouteDestination{{Destination: &networking.Destination{Host: name}}}}},
		},
	} {
		if err := c.put(config.Config{Meta: config.Meta{GroupVersionKind: kind, Name: "mark", Namespace: marking, Domain: "cluster.local"}, Spec: spec, Status: &meta.IstioStatus{}}); err != nil {
			return err
		}
	}
	return until("the control plane did not read the change", func() bool {
		return c.Server.Env().GetService(host.Name(name)) != nil && c.hasVirtualService(name)
	})
}

func (c *ControlPlane) hasVirtualService(name string) bool {
	for _, merged := range c.Server.Env().VirtualServiceController.MergedVirtualServices() {
		if spec, ok := merged.Spec.(*networking.VirtualService); ok && len(spec.Hosts) == 1 && spec.Hosts[0] == name {
			return true
		}
	}
	return false
}

// Settled waits until every connected proxy has answered the newest push, whether it took it or not. A late push
// of what only some proxies need leaves the others with an older one: then all get everything once more.
func (c *ControlPlane) Settled() error {
	if c.elsewhere != nil {
		return c.elsewhere.Settled()
	}
	late := time.Now().Add(overtakenAfter)
	var problem error
	err := until("a proxy did not answer a push", func() bool {
		if !c.idle() {
			return false
		}
		if c.answered() {
			return true
		}
		if time.Now().After(late) {
			late = time.Now().Add(overtakenAfter)
			problem = c.push()
		}
		return problem != nil
	})
	return errors.Join(err, problem)
}

func (c *ControlPlane) answered() bool {
	version := c.Server.Env().PushContext().PushVersion
	for _, connection := range c.Server.Discovery.Clients() {
		for _, kind := range []string{v3.ClusterType, v3.ListenerType, v3.RouteType} {
			watched := connection.Proxy().GetWatchedResource(kind)
			if watched == nil || kind == v3.RouteType && len(watched.ResourceNames) == 0 {
				continue
			}
			if !answers(watched, version) {
				return false
			}
		}
	}
	return true
}

func answers(watched *model.WatchedResource, version string) bool {
	if len(watched.NonceSent) != len(version)+nonceLength || !strings.HasPrefix(watched.NonceSent, version) {
		return false
	}
	return watched.NonceAcked == watched.NonceSent || watched.LastError != ""
}

func until(failure string, holds func() bool) error {
	for deadline := time.Now().Add(changedWithin); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if holds() {
			return nil
		}
	}
	return fmt.Errorf("%s within %s", failure, changedWithin)
}
