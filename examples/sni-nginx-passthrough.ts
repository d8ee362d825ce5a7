import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGatewayRoute, GatewayHop, SniProxy, SniProxyGateway, TlsEgress } from 'cdk8s-istio-egress';

/** A whole domain through a gateway with nginx beside it, with nothing around the application's own TLS; one private host is let through. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'sni-nginx-passthrough' });
const gateway = new SniProxyGateway(new Chart(app, 'platform', { namespace: 'egress' }), 'gateway', {
  name: 'sni', proxy: SniProxy.nginx({ resolver: '10.96.0.10' }), allowedRanges: ['10.9.0.7'],
});

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const wikipedia = new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org'] });
new EgressGatewayRoute(chart, 'wikipedia-route', { egress: wikipedia, gateway, hop: GatewayHop.passthrough() });

app.synth();
