import { App, Chart } from 'cdk8s';
import {
  CaCertificates, ClientCertificate, EgressApp, EgressGateway, EgressGatewayRoute, HttpEgress, MutualTlsOrigination,
  TlsOrigination,
} from 'cdk8s-istio-egress';

/** What mutual TLS keeps out, one host each: here everything is declared well, and what is wrong is outside. */
export const app = new App();
EgressApp.configure(app, { name: 'tls-origination-refused' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

for (const fault of ['wrong-name', 'unknown-server', 'unknown-client', 'no-secret']) {
  new MutualTlsOrigination(chart, fault, {
    host: `${fault}.example.com`, gateway, clientCertificate: ClientCertificate.fromSecret(`${fault}-client`),
  });
}
const caCertificates = CaCertificates.fromConfigMap('private-ca');
for (const fault of ['wrong-name-at-sidecar', 'unknown-server-at-sidecar']) {
  new HttpEgress(chart, fault, { hosts: [`${fault}.example.com`], tlsOrigination: TlsOrigination.simple({ caCertificates }) });
}
new MutualTlsOrigination(chart, 'other-workload', {
  host: 'other-workload.example.com',
  clientCertificate: ClientCertificate.fromSecret('other-workload-client'),
  workloadSelector: { app: 'reviews' },
  serviceAccount: 'reviews',
});
const billing = new HttpEgress(chart, 'billing', { hosts: ['billing.example.com'] });
new EgressGatewayRoute(chart, 'billing-route', { egress: billing, gateway, tlsOrigination: TlsOrigination.simple() });

app.synth();
