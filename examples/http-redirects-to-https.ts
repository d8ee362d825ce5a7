import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, TlsEgress } from 'cdk8s-istio-egress';

/** Sites that answer `http://` with a redirect to `https://`: both ports of one host, straight from the sidecar and through the gateway. */
export const app = new App();
EgressApp.configure(app, { name: 'http-redirects-to-https' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

new TlsEgress(chart, 'news', { hosts: ['news.example.com'], httpPorts: [80] });

const shop = new TlsEgress(chart, 'shop', { hosts: ['shop.example.com'], httpPorts: [80] });
new EgressGatewayRoute(chart, 'shop-route', { egress: shop, gateway });

app.synth();
