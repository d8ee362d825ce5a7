import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, TlsEgress } from 'cdk8s-istio-egress';

/** TLS hosts through the gateway: the application's TLS goes inside mutual TLS of the mesh; one host on two ports. */
export const app = new App();
EgressApp.configure(app, { name: 'tls-gateway-mutual-tls' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], ports: [27018, 27019] });
mongo.through(gateway);

const partners = new TlsEgress(chart, 'partners', { hosts: ['api.example.com', 'files.example.com'] });
new EgressGatewayRoute(chart, 'partners-route', { egress: partners, gateway });

app.synth();
