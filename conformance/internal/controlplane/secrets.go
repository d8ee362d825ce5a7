package controlplane

import (
	"fmt"
	"os"
	"strings"
	"sync"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	secretservice "github.com/envoyproxy/go-control-plane/envoy/service/secret/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const secretType = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"

// secretServer stands in for istio-agent: the workload's certificate, the
// mesh's root, and certificates of files.
type secretServer struct {
	secretservice.UnimplementedSecretDiscoveryServiceServer
	world  *world.World
	server *grpc.Server
	issue  issuer

	mu     sync.Mutex
	issued map[string]*world.Leaf
}

func serveSecrets(path string, w *world.World, issue issuer) (*secretServer, error) {
	listener, err := listen(path)
	if err != nil {
		return nil, err
	}
	s := &secretServer{world: w, server: grpc.NewServer(), issue: issue, issued: map[string]*world.Leaf{}}
	secretservice.RegisterSecretDiscoveryServiceServer(s.server, s)
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *secretServer) stop() { s.server.Stop() }

// StreamSecrets answers every request at once; certificates never change in a run.
func (s *secretServer) StreamSecrets(stream secretservice.SecretDiscoveryService_StreamSecretsServer) error {
	var node *core.Node
	sent := map[string]bool{}
	for {
		request, err := stream.Recv()
		if err != nil {
			return err
		}
		if request.Node != nil {
			node = request.Node
		}
		key := strings.Join(request.ResourceNames, " ")
		if sent[key] {
			continue // an acknowledgement
		}
		sent[key] = true
		response := &discovery.DiscoveryResponse{TypeUrl: secretType, VersionInfo: "1", Nonce: key}
		for _, name := range request.ResourceNames {
			secret, err := s.secret(node, name)
			if err != nil {
				fmt.Fprintf(os.Stderr, "lab: secret %q for %s: %v\n", name, node.GetId(), err)
				continue
			}
			resource, err := anypb.New(secret)
			if err != nil {
				return err
			}
			response.Resources = append(response.Resources, resource)
		}
		if err := stream.Send(response); err != nil {
			return err
		}
	}
}

func (s *secretServer) secret(node *core.Node, name string) (*tls.Secret, error) {
	switch {
	case name == "default":
		leaf, err := s.leaf(node)
		if err != nil {
			return nil, err
		}
		return certificate(name, leaf.Certificate, leaf.Key), nil
	case name == "ROOTCA":
		return validation(name, s.world.Authorities.Mesh.PEM), nil
	case strings.HasPrefix(name, "file-cert:"):
		certFile, keyFile, _ := strings.Cut(strings.TrimPrefix(name, "file-cert:"), "~")
		cert, err := s.file(node, certFile)
		if err != nil {
			return nil, err
		}
		key, err := s.file(node, keyFile)
		return certificate(name, cert, key), err
	case name == "file-root:system":
		return validation(name, s.world.Authorities.Outside.PEM), nil
	case strings.HasPrefix(name, "file-root:"):
		root, err := s.file(node, strings.TrimPrefix(name, "file-root:"))
		return validation(name, root), err
	default:
		return nil, fmt.Errorf("istio-agent does not know it")
	}
}

// file is one of the pod's volumes, or of what stands in for the proxy's image.
func (s *secretServer) file(node *core.Node, name string) ([]byte, error) {
	fields := node.GetMetadata().GetFields()
	for _, pod := range s.world.Pods {
		if pod.Namespace != fields["NAMESPACE"].GetStringValue() || pod.Name != fields["NAME"].GetStringValue() {
			continue
		}
		if content, mounted, err := s.world.MountedFile(pod, name); mounted {
			return content, err
		}
	}
	return os.ReadFile(name)
}

// issuer makes the certificate of a service account.
type issuer func(namespace, serviceAccount string) (*world.Leaf, error)

// issuedByTheLab is the issuer that asks nobody for proof.
func issuedByTheLab(w *world.World) issuer {
	return func(namespace, serviceAccount string) (*world.Leaf, error) {
		return w.Authorities.Mesh.Issue(world.Name{URI: "spiffe://" + w.Stated.TrustDomain + "/ns/" + namespace + "/sa/" + serviceAccount})
	}
}

func (s *secretServer) leaf(node *core.Node) (*world.Leaf, error) {
	fields := node.GetMetadata().GetFields()
	namespace, account := fields["NAMESPACE"].GetStringValue(), fields["SERVICE_ACCOUNT"].GetStringValue()
	s.mu.Lock()
	defer s.mu.Unlock()
	if leaf := s.issued[namespace+"/"+account]; leaf != nil {
		return leaf, nil
	}
	leaf, err := s.issue(namespace, account)
	if err == nil {
		s.issued[namespace+"/"+account] = leaf
	}
	return leaf, err
}

func certificate(name string, chain, key []byte) *tls.Secret {
	return &tls.Secret{Name: name, Type: &tls.Secret_TlsCertificate{TlsCertificate: &tls.TlsCertificate{
		CertificateChain: bytesOf(chain), PrivateKey: bytesOf(key),
	}}}
}

func validation(name string, root []byte) *tls.Secret {
	return &tls.Secret{Name: name, Type: &tls.Secret_ValidationContext{ValidationContext: &tls.CertificateValidationContext{TrustedCa: bytesOf(root)}}}
}

func bytesOf(raw []byte) *core.DataSource {
	return &core.DataSource{Specifier: &core.DataSource_InlineBytes{InlineBytes: raw}}
}
