import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { PartnerServer } from './partner/partner-server';
import {
  CaCertificates, ClientCertificate, EgressApp, EgressGateway, EgressGatewayRoute, GatewayMount, HttpEgress,
  MutualTlsOrigination, TlsOrigination,
} from 'cdk8s-istio-egress';

/** A gateway of your own takes certificates from files, which its Deployment mounts: a client certificate, and a CA by itself. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'mutual-tls-origination-files' });
new PartnerServer(app, 'partner');

const platform = new Chart(app, 'platform', { namespace: 'egress' });
const gateway = new EgressGateway(platform, 'gateway', {
  name: 'out',
  mounts: [GatewayMount.secret('partner-client', '/etc/partner'), GatewayMount.configMap('outside-ca', '/etc/outside-ca')],
});

// NetworkPolicies add up: the partner of this example stands in the cluster
new ApiObject(platform, 'to-partner', {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'out-to-partner' },
  spec: {
    podSelector: { matchLabels: { app: 'out' } },
    policyTypes: ['Egress'],
    egress: [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'partner' } } }] }],
  },
});

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
new MutualTlsOrigination(chart, 'partner', {
  host: 'partner.example.com',
  gateway,
  clientCertificate: ClientCertificate.fromFiles({
    clientCertificate: '/etc/partner/tls.crt', privateKey: '/etc/partner/tls.key', caCertificates: '/etc/partner/ca.crt',
  }),
});

const news = new HttpEgress(chart, 'news', { hosts: ['news.example.com'] });
new EgressGatewayRoute(chart, 'news-route', {
  egress: news, gateway, tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/etc/outside-ca/ca.crt') }),
});

app.synth();
