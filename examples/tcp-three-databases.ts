import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, TcpEgress, TcpProtocol } from 'cdk8s-istio-egress';

/** PostgreSQL, MySQL (which speaks first) and MongoDB behind one port of the gateway. */
export const app = new App();
EgressApp.configure(app, { name: 'tcp-three-databases' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const databases = [
  new TcpEgress(chart, 'postgres', { host: 'postgres.example.com', addresses: ['203.0.113.10'], port: 5432 }),
  new TcpEgress(chart, 'mysql', { host: 'mysql.example.com', addresses: ['203.0.113.11'], port: 3306, protocol: TcpProtocol.MYSQL }),
  new TcpEgress(chart, 'mongo', { host: 'mongo.example.com', addresses: ['203.0.113.12'], port: 27017, protocol: TcpProtocol.MONGO }),
];
for (const egress of databases) {
  new EgressGatewayRoute(chart, `${egress.node.id}-route`, { egress, gateway });
}

app.synth();
