import { App, Chart, YamlOutputType } from 'cdk8s';
import { AddressFamily, EgressApp, EgressGateway, EgressGatewayRoute, ForwardProxy, GatewayHop, SniProxy, SniProxyGateway, TcpEgress, TlsEgress } from 'cdk8s-istio-egress';

/** Hosts that resolve to the gateway itself, to a Service or to a private address: gateways of your own reach none of them, but those that are meant. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'names-inside-refused' });
const platform = new Chart(app, 'platform', { namespace: 'egress' });
const out = new EgressGateway(platform, 'out', { name: 'out', allowedRanges: ['10.9.0.7'] });
const sni = new SniProxyGateway(platform, 'sni', { name: 'sni', proxy: SniProxy.nginx({ addressFamily: AddressFamily.ANY }) });

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

// by name, with nothing around the application's own TLS
const partners = new TlsEgress(chart, 'partners', {
  hosts: ['partner', 'loopback', 'pod', 'service', 'metadata', 'private', 'vault'].map(name => `${name}.example.com`),
});
new EgressGatewayRoute(chart, 'partners-route', { egress: partners, gateway: out, hop: GatewayHop.passthrough() });

// private on purpose: by its addresses, or by a proxy's
const ledger = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['10.1.2.3'], port: 5432 });
new EgressGatewayRoute(chart, 'ledger-route', { egress: ledger, gateway: out });
const reports = new TlsEgress(chart, 'reports', { hosts: ['reports.example.com'] });
new EgressGatewayRoute(chart, 'reports-route', {
  egress: reports, gateway: out, forwardProxy: ForwardProxy.connect({ host: 'proxy.corp.example', addresses: ['10.3.0.3'], port: 3128 }),
});

// a whole domain, the names of which anybody may choose who is given one
const shops = new TlsEgress(chart, 'shops', { hosts: ['*.shops.example'] });
new EgressGatewayRoute(chart, 'shops-route', { egress: shops, gateway: sni, hop: GatewayHop.passthrough() });

app.synth();
