import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGatewayRoute, SniProxyGateway, TlsEgress } from 'cdk8s-istio-egress';

/** Two tenants with different domains on one SNI gateway: neither reaches the other's, whatever name it sends. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'sni-two-tenants' });
const gateway = new SniProxyGateway(new Chart(app, 'platform', { namespace: 'egress' }), 'gateway', { name: 'sni' });

for (const [namespace, wildcard] of [['bookinfo', '*.wikipedia.org'], ['orders', '*.example.com']]) {
  const chart = new Chart(app, namespace, { namespace });
  new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'domain', { hosts: [wildcard] }), gateway });
}

app.synth();
