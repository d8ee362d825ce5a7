import { App, Chart } from 'cdk8s';
import { CaCertificates, EgressApp, EgressGateway, EgressGatewayRoute, ForwardProxy, TlsEgress, TlsOrigination } from 'cdk8s-istio-egress';

/** A company's HTTP proxy, asked by CONNECT: from the sidecar, from the gateway, and one that wants TLS itself. */
export const app = new App();
EgressApp.configure(app, { name: 'forward-proxy' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const forwardProxy = ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 });

new TlsEgress(chart, 'search', { hosts: ['search.example.com'], forwardProxy });

const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway, forwardProxy });

new TlsEgress(chart, 'maps', {
  hosts: ['maps.example.com'],
  forwardProxy: ForwardProxy.connect({
    host: 'secure.corp.example', port: 3129, tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('corp-ca') }),
  }),
});

app.synth();
