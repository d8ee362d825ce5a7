package controlplane

import (
	"context"
	"io"
	"net"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Elsewhere is what proxies need of a control plane that does not run in this process.
type Elsewhere struct {
	// Dial connects to its ADS.
	Dial func(context.Context) (net.Conn, error)
	// Token is what a pod's proxy shows it, in place of the lab's header.
	Token func(*world.Pod) string
	// Issue makes the certificate of a service account.
	Issue func(namespace, serviceAccount string) (*world.Leaf, error)
	// Settled waits until it has nothing more to tell.
	Settled func() error
	// Renew changes a Secret of its cluster.
	Renew func(context.Context, *corev1.Secret) error
}

// Join makes a control plane that runs elsewhere reachable by sockets in a directory.
func Join(w *world.World, directory string, elsewhere Elsewhere) (*ControlPlane, error) {
	c := &ControlPlane{
		World: w, elsewhere: &elsewhere, ADS: filepath.Join(directory, "ads.sock"), SDS: filepath.Join(directory, "sds.sock"),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	var err error
	if c.Mesh, err = MeshConfig(w.Stated, true); err != nil {
		return nil, err
	}
	listener, err := listen(c.ADS)
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(c.done)
		<-c.stop
		_ = listener.Close()
	}()
	go lead(listener, elsewhere.Dial)
	if c.sds, err = serveSecrets(c.SDS, w, elsewhere.Issue); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// lead joins every connection to one that is dialled.
func lead(listener net.Listener, dial func(context.Context) (net.Conn, error)) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = near.Close() }()
			far, err := dial(context.Background())
			if err != nil {
				return
			}
			defer func() { _ = far.Close() }()
			go func() {
				_, _ = io.Copy(far, near)
				_ = far.Close()
			}()
			_, _ = io.Copy(near, far)
		}()
	}
}

// Headers are what a pod's proxy says of itself to the control plane.
func (c *ControlPlane) Headers(pod *world.Pod) map[string]string {
	if c.elsewhere != nil {
		return map[string]string{"authorization": "Bearer " + c.elsewhere.Token(pod), "clusterid": "Kubernetes"}
	}
	return map[string]string{IdentityHeader: pod.Identity(c.World.Stated.TrustDomain)}
}
