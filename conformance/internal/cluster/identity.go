package cluster

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	caapi "istio.io/api/security/v1alpha1"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// audience is that of the tokens by which istiod knows who a proxy is.
const audience = "istio-ca"

// Token is a service account's, for an audience or, if that is empty, for the API server.
func (c *Cluster) Token(namespace, serviceAccount, audience string) (string, error) {
	request := &authenticationv1.TokenRequest{}
	if audience != "" {
		request.Spec.Audiences = []string{audience}
	}
	answer, err := c.kube.CoreV1().ServiceAccounts(namespace).CreateToken(context.Background(), serviceAccount, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("token of %s/%s: %w", namespace, serviceAccount, err)
	}
	return answer.Status.Token, nil
}

// issue asks istiod for a certificate, as istio-agent does: istiod alone says whom it certifies, by the token.
func (c *Cluster) issue(token string) (*world.Leaf, error) {
	connection, err := grpc.NewClient("passthrough:///istiod",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return c.Dial(ctx, authorityPort) }),
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: c.Mesh.Pool, ServerName: "istiod." + istioSystem + ".svc"})))
	if err != nil {
		return nil, err
	}
	defer func() { _ = connection.Close() }()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, err
	}
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+token, "clusterid", "Kubernetes")
	answer, err := caapi.NewIstioCertificateServiceClient(connection).CreateCertificate(ctx, &caapi.IstioCertificateRequest{
		Csr: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request})), ValidityDuration: 3600,
	})
	if err != nil {
		return nil, fmt.Errorf("istiod issues no certificate: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	leaf := &world.Leaf{Certificate: []byte(strings.Join(answer.CertChain, "")), Key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})}
	leaf.TLS, err = tls.X509KeyPair(leaf.Certificate, leaf.Key)
	return leaf, err
}
