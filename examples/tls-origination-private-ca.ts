import { App, Chart } from 'cdk8s';
import { CaCertificates, EgressApp, EgressGateway, EgressGatewayRoute, GatewayHop, HttpEgress, TlsOrigination } from 'cdk8s-istio-egress';

/**
 * The application speaks HTTP, and a proxy speaks TLS to hosts with certificates of a private CA: at the gateway with the CA in a Secret,
 * at the sidecar with the CA in a ConfigMap, and from the sidecar through the gateway to the host.
 */
export const app = new App();
EgressApp.configure(app, { name: 'tls-origination-private-ca' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const billing = new HttpEgress(chart, 'billing', { hosts: ['billing.example.com'] });
new EgressGatewayRoute(chart, 'billing-route', {
  egress: billing, gateway, tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromSecret('private-ca') }),
});

new HttpEgress(chart, 'stock', {
  hosts: ['stock.example.com'], tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('private-ca') }),
});

const audit = new HttpEgress(chart, 'audit', {
  hosts: ['audit.example.com'], tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('private-ca') }),
});
new EgressGatewayRoute(chart, 'audit-route', { egress: audit, gateway, hop: GatewayHop.passthrough() });

app.synth();
