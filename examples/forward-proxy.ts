import { App, Chart } from 'cdk8s';
import { EgressGateway, EgressGatewayRoute, ForwardProxy, TlsEgress } from 'cdk8s-istio-egress';

/** A company's HTTP proxy, asked by CONNECT: from the sidecar, and from the gateway. */
export const app = new App();
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  labels: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const forwardProxy = ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 });

new TlsEgress(chart, 'search', { hosts: ['search.example.com'], forwardProxy });

const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway, forwardProxy });

app.synth();
