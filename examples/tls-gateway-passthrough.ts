import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, GatewayHop, TlsEgress } from 'cdk8s-istio-egress';

/** A TLS host through the gateway, with nothing around the application's own TLS. */
export const app = new App();
EgressApp.configure(app, { name: 'tls-gateway-passthrough' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway, hop: GatewayHop.passthrough() });

app.synth();
