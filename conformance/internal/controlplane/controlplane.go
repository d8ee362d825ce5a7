// Package controlplane runs Istio's own discovery server in this process, and
// the secret server that istio-agent would be.
package controlplane

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"

	"google.golang.org/grpc/metadata"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	metadatafake "k8s.io/client-go/metadata/fake"
	k8stesting "k8s.io/client-go/testing"
	"sigs.k8s.io/gateway-api/pkg/consts"
	"sigs.k8s.io/yaml"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/security"
	"istio.io/istio/pkg/test"
	"istio.io/istio/pkg/util/protomarshal"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// IdentityHeader carries a proxy's SPIFFE URI to the control plane, in place of
// the certificate that a real one would show.
const IdentityHeader = "x-lab-identity"

// ControlPlane is a running discovery server.
type ControlPlane struct {
	// Server is nil if it runs elsewhere.
	Server *xds.FakeDiscoveryServer
	World  *world.World
	Mesh   *meshconfig.MeshConfig
	// ADS and SDS are the Unix sockets; empty if it was started without a directory.
	ADS, SDS string

	stop chan struct{}
	done chan struct{}
	err  error
	once sync.Once
	sds  *secretServer
	// elsewhere is set if it does not run in this process.
	elsewhere *Elsewhere
	// marks counts the changes.
	marks int
}

// switches are variables of istiod's environment that a world may state. Istio reads them when its packages initialise, and looks at what
// it read whenever it computes a push, so that one control plane after another can have its own.
var switches = map[string]*bool{"PILOT_SCOPE_GATEWAY_TO_NAMESPACE": &features.ScopeGatewayToNamespace}

// Start feeds a world to a new control plane. With a directory it also listens
// there, for real proxies.
func Start(w *world.World, directory string) (*ControlPlane, error) {
	c := &ControlPlane{World: w, stop: make(chan struct{}), done: make(chan struct{})}
	var err error
	if c.Mesh, err = MeshConfig(w.Stated, directory != ""); err != nil {
		return nil, err
	}
	for name, read := range switches {
		*read = w.Stated.IstiodEnvironment[name]
	}
	options := xds.FakeOptions{
		Configs: w.Manifests.Configs(), KubernetesObjects: w.Objects(), MeshConfig: c.Mesh, DisableSecretAuthorization: true,
		KubeClientModifier: currentGatewayAPI,
	}
	if directory != "" {
		options.Configs = withLabLog(options.Configs)
		c.ADS, c.SDS = filepath.Join(directory, "ads.sock"), filepath.Join(directory, "sds.sock")
		options.ListenerBuilder = func() (net.Listener, error) { return listen(c.ADS) }
	}
	ready := make(chan struct{})
	go func() {
		defer close(c.done)
		c.err = test.Wrap(func(t test.Failer) {
			c.Server = xds.NewFakeDiscoveryServer(t, options)
			c.Server.Discovery.Authenticators = []security.Authenticator{headerAuthenticator{}}
			close(ready)
			<-c.stop
		})
	}()
	select {
	case <-ready:
	case <-c.done:
		return nil, fmt.Errorf("the control plane did not start: %w", c.err)
	}
	if err := c.tellNamespaces(); err != nil {
		c.Stop()
		return nil, err
	}
	if directory != "" {
		if c.sds, err = serveSecrets(c.SDS, w, issuedByTheLab(w)); err != nil {
			c.Stop()
			return nil, err
		}
	}
	return c, nil
}

// StartWithSidecars feeds manifests to a new control plane, beside the gateways
// stated and a pod in each namespace.
func StartWithSidecars(set *manifests.Set, stated world.Stated, namespaces []string) (*ControlPlane, error) {
	scenario := &world.Scenario{World: stated}
	for _, namespace := range namespaces {
		scenario.Calls = append(scenario.Calls, world.Call{Name: namespace, From: world.From{Namespace: namespace, ServiceAccount: "default"}})
	}
	lab, err := world.Derive(set, scenario)
	if err != nil {
		return nil, err
	}
	return Start(lab, "")
}

// Stop ends it.
func (c *ControlPlane) Stop() {
	c.once.Do(func() {
		close(c.stop)
		<-c.done
		if c.sds != nil {
			c.sds.stop()
		}
	})
}

func listen(path string) (net.Listener, error) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o666)
}

// MeshConfig is what MeshYAML says, with Istio's defaults.
func MeshConfig(stated world.Stated, logged bool) (*meshconfig.MeshConfig, error) {
	text, err := MeshYAML(stated, logged)
	if err != nil {
		return nil, err
	}
	return mesh.ApplyMeshConfigDefaults(text)
}

// MeshYAML is the mesh's configuration: what the scenario states, without default providers, and the lab's access log where
// proxies write one: it is part of every filter chain, and would weigh in their size.
func MeshYAML(stated world.Stated, logged bool) (string, error) {
	fields := map[string]any{}
	if err := protomarshal.ApplyYAMLStrict(stated.MeshYAML, &meshconfig.MeshConfig{}); err != nil {
		return "", fmt.Errorf("%s: %w", stated.MeshConfig, err)
	}
	if err := yaml.Unmarshal([]byte(stated.MeshYAML), &fields); err != nil {
		return "", fmt.Errorf("%s: %w", stated.MeshConfig, err)
	}
	if logged {
		fields["accessLogFile"], fields["accessLogEncoding"], fields["accessLogFormat"] = "/dev/stdout", "JSON", AccessLogFormat
	}
	fields["defaultProviders"], fields["trustDomain"] = map[string]any{}, stated.TrustDomain
	fields["outboundTrafficPolicy"] = map[string]any{"mode": stated.OutboundTrafficPolicy}
	text, err := yaml.Marshal(fields)
	return string(text), err
}

// currentGatewayAPI gives every CRD the version that Istio wants to see, or it
// would leave TLSRoute and TCPRoute alone.
func currentGatewayAPI(client kube.Client) {
	fake, ok := client.Metadata().(*metadatafake.FakeMetadataClient)
	if !ok {
		return
	}
	fake.PrependReactor("create", "customresourcedefinitions", func(action k8stesting.Action) (bool, runtime.Object, error) {
		if create, ok := action.(k8stesting.CreateAction); ok {
			if object, err := meta.Accessor(create.GetObject()); err == nil {
				object.SetAnnotations(map[string]string{consts.BundleVersionAnnotation: consts.BundleVersion})
			}
		}
		return false, nil, nil
	})
}

type headerAuthenticator struct{}

func (headerAuthenticator) AuthenticatorType() string { return "lab" }

func (headerAuthenticator) Authenticate(ctx security.AuthContext) (*security.Caller, error) {
	values, _ := metadata.FromIncomingContext(ctx.GrpcContext)
	if identity := values.Get(IdentityHeader); len(identity) == 1 {
		return &security.Caller{AuthSource: security.AuthSourceClientCertificate, Identities: identity}, nil
	}
	return nil, fmt.Errorf("no %s header", IdentityHeader)
}
