import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressAudit, EgressGatewayRoute, SniProxy, SniProxyGateway, TlsEgress } from 'cdk8s-istio-egress';

/** Gateways that log who left, and SNI proxies that log the names inside: nginx, and the gateway's own proxy. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'audit-inner-names' });
const platform = new Chart(app, 'platform', { namespace: 'egress' });
const nginx = new SniProxyGateway(platform, 'nginx', { name: 'nginx', proxy: SniProxy.nginx(), clientNamespaces: ['orders'] });
const envoy = new SniProxyGateway(platform, 'envoy', { name: 'envoy', proxy: SniProxy.envoy(), clientNamespaces: ['orders'] });
new EgressAudit(platform, 'audit', { gateways: [nginx, envoy] });

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
new EgressGatewayRoute(bookinfo, 'wikipedia-route', { egress: new TlsEgress(bookinfo, 'wikipedia', { hosts: ['*.wikipedia.org'] }), gateway: nginx });
new EgressGatewayRoute(bookinfo, 'cdn-route', { egress: new TlsEgress(bookinfo, 'cdn', { hosts: ['*.example.com'] }), gateway: envoy });

app.synth();
