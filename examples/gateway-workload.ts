import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, GatewayHop, TaintEffect, TcpEgress, TlsEgress } from 'cdk8s-istio-egress';

/** A gateway of your own on nodes for egress: its Service has the ports that the routes use, and it lets in their clients and those of other apps. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'gateway-workload' });
const platform = new Chart(app, 'platform', { namespace: 'egress' });
const gateway = new EgressGateway(platform, 'gateway', {
  name: 'out',
  minReplicas: 3,
  maxReplicas: 12,
  clientNamespaces: ['orders'],
  nodeSelector: { 'example.com/egress': 'true' },
  tolerations: [{ key: 'example.com/egress', effect: TaintEffect.NO_SCHEDULE }],
  labels: { 'example.com/team': 'platform' },
});

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway });
const ledger = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
new EgressGatewayRoute(chart, 'ledger-route', { egress: ledger, gateway, hop: GatewayHop.plaintext(7777) });

app.synth();
