import { App, Chart } from 'cdk8s';
import {
  CaCertificates, ClientCertificate, EgressApp, EgressGateway, EgressGatewayRoute, TcpEgress, TlsOrigination,
} from 'cdk8s-istio-egress';

/** The application speaks its own protocol in clear to an address: the gateway shows a client certificate to one host, the sidecar speaks TLS to another. */
export const app = new App();
EgressApp.configure(app, { name: 'tcp-mutual-tls-origination' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const broker = new TcpEgress(chart, 'broker', { host: 'broker.example.com', addresses: ['203.0.113.70'], port: 1883 });
new EgressGatewayRoute(chart, 'broker-route', {
  egress: broker, gateway, tlsOrigination: TlsOrigination.mutual({ port: 8883, clientCertificate: ClientCertificate.fromSecret('broker-client') }),
});

new TcpEgress(chart, 'sensors', {
  host: 'sensors.example.com',
  addresses: ['203.0.113.71'],
  port: 1883,
  tlsOrigination: TlsOrigination.simple({ port: 8883, caCertificates: CaCertificates.fromConfigMap('outside-ca') }),
});

app.synth();
