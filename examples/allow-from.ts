import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, TcpEgress, TlsEgress, WorkloadIdentity } from 'cdk8s-istio-egress';

/** Service accounts with rights of their own, at one gateway: a host each in one namespace, and the same host with other rights in another. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'allow-from' });
const platform = new Chart(app, 'platform', { namespace: 'platform' });
const gateway = EgressGateway.fromService(platform, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const mongo = new TlsEgress(bookinfo, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(bookinfo, 'mongo-route', { egress: mongo, gateway })
  .allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'ratings'));

const mysql = new TcpEgress(bookinfo, 'mysql', { host: 'mysql.example.com', addresses: ['203.0.113.33'], port: 3306 });
new EgressGatewayRoute(bookinfo, 'mysql-route', { egress: mysql, gateway })
  .allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'reviews'));

const retired = new TlsEgress(bookinfo, 'retired', { hosts: ['retired.example.com'] });
new EgressGatewayRoute(bookinfo, 'retired-route', { egress: retired, gateway })
  .allowFrom(WorkloadIdentity.nobody());

const orders = new Chart(app, 'orders', { namespace: 'orders' });
const shared = new TlsEgress(orders, 'mongo', { hosts: ['mongo.example.com'], port: 27018, exportTo: ['.', 'shipping'] });
new EgressGatewayRoute(orders, 'mongo-route', { egress: shared, gateway })
  .allowFrom(WorkloadIdentity.serviceAccount('orders', 'checkout'), WorkloadIdentity.namespace('shipping'));

app.synth();
