import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, HttpEgress, TcpEgress, TlsEgress } from 'cdk8s-istio-egress';

/** Hosts that move to a gateway in steps: a share of their connections goes through it first, the rest straight as before. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'canary' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], addresses: ['203.0.113.40'], port: 27018 });
new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway, weight: 20 });

// both ports of a site
const shop = new TlsEgress(chart, 'shop', { hosts: ['shop.example.com'], httpPorts: [80], exportTo: ['.', 'orders'] });
shop.through(gateway, { weight: 50 });

const ledger = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
ledger.through(gateway, { weight: 30 });

const api = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], addresses: ['203.0.113.20'], exportTo: ['orders'] });
api.through(gateway, { weight: 50 });

app.synth();
