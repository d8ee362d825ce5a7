import { App, Chart } from 'cdk8s';
import {
  CaCertificates, EgressApp, EgressAudit, EgressGateway, EgressGatewayRoute, GatewayHop, HttpEgress, TlsEgress,
  TlsOrigination, WorkloadIdentity,
} from 'cdk8s-istio-egress';

/** What a gateway logs of those that it refuses, and of a server that it does not trust. */
export const app = new App();
EgressApp.configure(app, { name: 'audit-refused' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});
new EgressAudit(chart, 'audit', { gateways: [gateway] });

const ratings = WorkloadIdentity.serviceAccount('bookinfo', 'ratings');
const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway }).allowFrom(ratings);

const billing = new HttpEgress(chart, 'billing', { hosts: ['billing.example.com'] });
new EgressGatewayRoute(chart, 'billing-route', { egress: billing, gateway, hop: GatewayHop.http() }).allowFrom(ratings);

const api = new HttpEgress(chart, 'api', { hosts: ['api.example.com'] });
new EgressGatewayRoute(chart, 'api-route', { egress: api, gateway, hop: GatewayHop.http() });

const orders = new HttpEgress(chart, 'orders', { hosts: ['orders.example.com'] });
new EgressGatewayRoute(chart, 'orders-route', { egress: orders, gateway, hop: GatewayHop.http() }).allowRequests({ methods: ['GET'], paths: ['/v1/*'] });

const imposter = new HttpEgress(chart, 'imposter', { hosts: ['imposter.example.com'] });
new EgressGatewayRoute(chart, 'imposter-route', {
  egress: imposter, gateway, tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('outside-ca') }),
});

app.synth();
