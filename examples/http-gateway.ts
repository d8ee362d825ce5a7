import { App, Chart, Duration } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, HttpEgress, HttpProtocol } from 'cdk8s-istio-egress';

/** Plain HTTP and gRPC through the gateway, which sees bytes: the Host header stays, and nothing of the caller is added to the request. */
export const app = new App();
EgressApp.configure(app, { name: 'http-gateway' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const api = new HttpEgress(chart, 'api', { hosts: ['api.example.com'] });
new EgressGatewayRoute(chart, 'api-route', { egress: api, gateway, maxConnections: 100, connectTimeout: Duration.seconds(5) });

const quotes = new HttpEgress(chart, 'quotes', { hosts: ['quotes.example.com'], port: 8080, protocol: HttpProtocol.GRPC });
new EgressGatewayRoute(chart, 'quotes-route', { egress: quotes, gateway });

app.synth();
