import { App, Chart, Duration } from 'cdk8s';
import {
  CaCertificates, EgressApp, EgressGateway, EgressGatewayRoute, GatewayHop, HttpEgress, HttpProtocol, TlsOrigination,
  WorkloadIdentity,
} from 'cdk8s-istio-egress';

/** HTTP that the gateway reads, so that rules on methods and paths can be written there: the Host header stays, and nothing of the caller leaves. */
export const app = new App();
EgressApp.configure(app, { name: 'http-read-by-gateway' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const api = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], timeout: Duration.seconds(30) });
new EgressGatewayRoute(chart, 'api-route', { egress: api, gateway, hop: GatewayHop.http() });

const quotes = new HttpEgress(chart, 'quotes', { hosts: ['quotes.example.com'], port: 8080, protocol: HttpProtocol.GRPC });
new EgressGatewayRoute(chart, 'quotes-route', { egress: quotes, gateway, hop: GatewayHop.http() });

const billing = new HttpEgress(chart, 'billing', { hosts: ['billing.example.com'] });
const route = new EgressGatewayRoute(chart, 'billing-route', {
  egress: billing,
  gateway,
  hop: GatewayHop.http(),
  tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('outside-ca') }),
});
route.allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'ratings'));

app.synth();
