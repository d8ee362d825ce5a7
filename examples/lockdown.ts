import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, EgressLockdown, GatewayHop, TcpEgress, TlsEgress } from 'cdk8s-istio-egress';

/** Nothing leaves a namespace but what is said: a host of its own and a shared one through the gateway, and one address straight from the sidecar. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'lockdown' });
const platform = new Chart(app, 'platform', { namespace: 'platform' });
const gateway = EgressGateway.fromService(platform, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});
new EgressLockdown(platform, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });

const smtp = new TcpEgress(platform, 'smtp', { host: 'smtp.example.com', addresses: ['203.0.113.25'], port: 587, exportTo: ['bookinfo'] });
new EgressGatewayRoute(platform, 'smtp-route', { egress: smtp, gateway });

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const mongo = new TlsEgress(bookinfo, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(bookinfo, 'mongo-route', { egress: mongo, gateway });
new TcpEgress(bookinfo, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });

// another namespace with a gateway of its own, which cannot know who calls, and which the locked one must not use
const orders = new Chart(app, 'orders', { namespace: 'orders' });
const other = EgressGateway.fromService(orders, 'gateway', {
  namespace: 'orders-egress', service: 'out', selector: { app: 'out' }, serviceAccount: 'out',
});
const files = new TlsEgress(orders, 'files', { hosts: ['files.example.com'] });
new EgressGatewayRoute(orders, 'files-route', { egress: files, gateway: other, hop: GatewayHop.passthrough() });

app.synth();
