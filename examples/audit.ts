import { App, Chart } from 'cdk8s';
import {
  CaCertificates, EgressApp, EgressAudit, EgressGateway, EgressGatewayRoute, ForwardProxy, GatewayHop, HttpEgress,
  TcpEgress, TlsEgress, TlsOrigination,
} from 'cdk8s-istio-egress';

/** A gateway that logs who left, by which route and where to: a route of each kind, and a second gateway that logs nothing. */
export const app = new App();
EgressApp.configure(app, { name: 'audit' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});
const audit = new EgressAudit(chart, 'audit', { gateways: [gateway] });

const originated = TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('outside-ca') });

const ledger = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
new EgressGatewayRoute(chart, 'ledger-route', { egress: ledger, gateway });

const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway });

const mail = new TcpEgress(chart, 'mail', { host: 'mail.example.com', addresses: ['203.0.113.25'], port: 587 });
new EgressGatewayRoute(chart, 'mail-route', { egress: mail, gateway, hop: GatewayHop.plaintext(7777) });

const updates = new TlsEgress(chart, 'updates', { hosts: ['updates.example.com'] });
new EgressGatewayRoute(chart, 'updates-route', { egress: updates, gateway, hop: GatewayHop.passthrough() });

const archive = new TlsEgress(chart, 'archive', { hosts: ['archive.example.com'] });
new EgressGatewayRoute(chart, 'archive-route', { egress: archive, gateway, forwardProxy: ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 }) });

const partner = new HttpEgress(chart, 'partner', { hosts: ['partner.example.com'] });
new EgressGatewayRoute(chart, 'partner-route', { egress: partner, gateway, tlsOrigination: originated });

const api = new HttpEgress(chart, 'api', { hosts: ['api.example.com'] });
new EgressGatewayRoute(chart, 'api-route', { egress: api, gateway, hop: GatewayHop.http() });

const billing = new HttpEgress(chart, 'billing', { hosts: ['billing.example.com'] });
new EgressGatewayRoute(chart, 'billing-route', { egress: billing, gateway, hop: GatewayHop.http(), tlsOrigination: originated });

const unaudited = EgressGateway.fromService(chart, 'unaudited', {
  namespace: 'istio-system', service: 'unaudited', selector: { istio: 'unaudited' }, serviceAccount: 'unaudited',
});
const weather = new TlsEgress(chart, 'weather', { hosts: ['weather.example.com'] });
new EgressGatewayRoute(chart, 'weather-route', { egress: weather, gateway: unaudited });

app.synth();

/** For whoever installs Istio. */
export const meshConfig = audit.describe();
