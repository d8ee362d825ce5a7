import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, TcpEgress } from 'cdk8s-istio-egress';

/** A database through the gateway: what the application speaks goes inside mutual TLS of the mesh. */
export const app = new App();
EgressApp.configure(app, { name: 'tcp-gateway-mutual-tls' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const ledger = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
new EgressGatewayRoute(chart, 'ledger-route', { egress: ledger, gateway });

app.synth();
