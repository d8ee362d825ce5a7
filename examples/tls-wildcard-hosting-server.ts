import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, GatewayHop, TlsEgress } from 'cdk8s-istio-egress';

/**
 * All names under a domain through the gateway, where one server outside serves them all: by passthrough, where the more specific of two wildcards wins,
 * and inside mutual TLS.
 */
export const app = new App();
EgressApp.configure(app, { name: 'tls-wildcard-hosting-server' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const wikipedia = new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org'] });
new EgressGatewayRoute(chart, 'wikipedia-route', {
  egress: wikipedia, gateway, hop: GatewayHop.passthrough(), hostingServer: 'www.wikipedia.org',
});

const mobile = new TlsEgress(chart, 'mobile', { hosts: ['*.m.wikipedia.org'] });
new EgressGatewayRoute(chart, 'mobile-route', { egress: mobile, gateway, hop: GatewayHop.passthrough(), hostingServer: 'm.wikipedia.org' });

const wikidata = new TlsEgress(chart, 'wikidata', { hosts: ['wikidata.org', '*.wikidata.org', '*.m.wikidata.org'] });
new EgressGatewayRoute(chart, 'wikidata-route', { egress: wikidata, gateway, hostingServer: 'www.wikidata.org' });

app.synth();
