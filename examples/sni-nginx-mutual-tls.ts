import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGatewayRoute, SniProxy, SniProxyGateway, TlsEgress } from 'cdk8s-istio-egress';

/** Whole domains through a gateway with nginx beside it, inside mutual TLS: on 443 and another port, and an exact host beside them. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'sni-nginx-mutual-tls' });
const gateway = new SniProxyGateway(new Chart(app, 'platform', { namespace: 'egress' }), 'gateway', { name: 'sni', proxy: SniProxy.nginx() });

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const wikipedia = new TlsEgress(chart, 'wikipedia', { hosts: ['wikipedia.org', '*.wikipedia.org'] });
new EgressGatewayRoute(chart, 'wikipedia-route', { egress: wikipedia, gateway });
const atlas = new TlsEgress(chart, 'atlas', { hosts: ['*.mongodb.net'], port: 27017 });
new EgressGatewayRoute(chart, 'atlas-route', { egress: atlas, gateway });

app.synth();
