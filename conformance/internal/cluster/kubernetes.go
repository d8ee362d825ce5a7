package cluster

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/keyutil"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	certificates       = "certificates"
	servingCertificate = "apiserver.crt"
	issuer             = "https://kubernetes.default.svc.cluster.local"
	serviceRange       = "10.96.0.0/16"
	etcd               = "http://127.0.0.1:2379"
)

// controllers are those whose work an example can see. Those of nodes would take the pods away: no kubelet reports.
var controllers = []string{
	"namespace-controller", "serviceaccount-controller", "serviceaccount-token-controller", "root-ca-certificate-publisher-controller",
	"deployment-controller", "replicaset-controller", "endpointslice-controller", "garbage-collector-controller",
	"validatingadmissionpolicy-status-controller",
}

func (c *Cluster) startKubernetes() error {
	admin, manager := rand.Text(), rand.Text()
	key, err := keyutil.MakeEllipticPrivateKeyPEM()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.path(certificates), 0o755); err != nil {
		return err
	}
	for name, content := range map[string]string{
		"tokens":      fmt.Sprintf("%s,admin,admin,system:masters\n%s,system:kube-controller-manager,manager\n", admin, manager),
		"account.key": string(key),
	} {
		if err := os.WriteFile(c.path(certificates, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	if _, err := c.start("etcd", nil, c.tools.Etcd, "--data-dir=data", "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls="+etcd, "--advertise-client-urls="+etcd, "--listen-peer-urls=http://127.0.0.1:2380"); err != nil {
		return err
	}
	if _, err := c.start("kube-apiserver", nil, c.tools.APIServer, "--etcd-servers="+etcd,
		"--advertise-address="+address, "--bind-address="+address, "--secure-port=6443", "--cert-dir="+c.path(certificates),
		"--authorization-mode=RBAC", "--token-auth-file="+c.path(certificates, "tokens"),
		"--service-account-issuer="+issuer, "--service-account-key-file="+c.path(certificates, "account.key"),
		"--service-account-signing-key-file="+c.path(certificates, "account.key"),
		"--service-cluster-ip-range="+serviceRange,
		// no kube-proxy: webhooks are reached by their endpoints
		"--enable-aggregator-routing=true"); err != nil {
		return err
	}
	if err := c.until("the API server's certificate", func() error {
		_, err := os.Stat(c.path(certificates, servingCertificate))
		return err
	}); err != nil {
		return err
	}
	if err := c.connect(admin); err != nil {
		return err
	}
	if c.admin, err = c.kubeconfig("admin", admin); err != nil {
		return err
	}
	if err := c.until("the API server", func() error {
		_, err := c.kube.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(context.Background())
		return err
	}); err != nil {
		return err
	}
	config, err := c.kubeconfig("manager", manager)
	if err != nil {
		return err
	}
	_, err = c.start("kube-controller-manager", nil, c.tools.Controllers, "--kubeconfig="+config, "--leader-elect=false",
		"--authentication-kubeconfig="+config, "--authorization-kubeconfig="+config, "--cert-dir="+c.path("kube-controller-manager"),
		"--use-service-account-credentials", "--authentication-skip-lookup", "--controllers="+strings.Join(controllers, ","),
		"--service-account-private-key-file="+c.path(certificates, "account.key"),
		"--root-ca-file="+c.path(certificates, servingCertificate))
	return err
}

// dns is the Service of the cluster's resolver, which the lab itself is.
func dns() *corev1.Service {
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "kube-dns"},
		Spec: corev1.ServiceSpec{
			ClusterIP: world.DNS.String(), Selector: map[string]string{"k8s-app": "kube-dns"},
			Ports: []corev1.ServicePort{{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP}, {Name: "dns-tcp", Port: 53, Protocol: corev1.ProtocolTCP}},
		},
	}
}

// kubeconfig writes how a program of the cluster reaches the API server.
func (c *Cluster) kubeconfig(name, token string) (string, error) {
	path := c.path(certificates, name+".kubeconfig")
	config := clientcmdapi.NewConfig()
	config.Clusters["lab"] = &clientcmdapi.Cluster{Server: "https://" + address + ":6443", CertificateAuthority: c.path(certificates, servingCertificate)}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts["lab"] = &clientcmdapi.Context{Cluster: "lab", AuthInfo: name}
	config.CurrentContext = "lab"
	return path, clientcmd.WriteToFile(*config, path)
}
