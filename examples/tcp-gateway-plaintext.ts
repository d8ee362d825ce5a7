import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, GatewayHop, TcpEgress } from 'cdk8s-istio-egress';

/** A database through the gateway, on a port of the gateway that it has for itself. */
export const app = new App();
EgressApp.configure(app, { name: 'tcp-gateway-plaintext' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const ledger = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
new EgressGatewayRoute(chart, 'ledger-route', { egress: ledger, gateway, hop: GatewayHop.plaintext(7777) });

app.synth();
