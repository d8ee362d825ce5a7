import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, EgressLockdown, SniProxyGateway, TaintEffect, TlsEgress } from 'cdk8s-istio-egress';

/** A locked namespace whose gateways run on nodes of their own, where no other pod may: the outside knows the addresses of those nodes. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'lockdown-nodes' });
const platform = new Chart(app, 'platform', { namespace: 'egress' });
const taint = { key: 'example.com/egress', value: 'true' };
const onOwnNodes = { nodeSelector: { 'example.com/egress': 'true' }, tolerations: [{ ...taint, effect: TaintEffect.NO_SCHEDULE }] };
const gateway = new EgressGateway(platform, 'gateway', { name: 'out', ...onOwnNodes });
const sniGateway = new SniProxyGateway(platform, 'sni', { name: 'sni', ...onOwnNodes });
const lockdown = new EgressLockdown(platform, 'lockdown', {
  namespaces: ['bookinfo'],
  gateways: [gateway, sniGateway],
  gatewayClients: ['monitoring'],
  dedicatedNodes: { taintKey: taint.key, taintValue: taint.value, otherNamespaces: ['kube-system', 'monitoring'] },
});

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const mongo = new TlsEgress(bookinfo, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(bookinfo, 'mongo-route', { egress: mongo, gateway });
const wikipedia = new TlsEgress(bookinfo, 'wikipedia', { hosts: ['*.wikipedia.org'] });
new EgressGatewayRoute(bookinfo, 'wikipedia-route', { egress: wikipedia, gateway: sniGateway });

app.synth();
lockdown.writeReport();
