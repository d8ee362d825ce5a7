import { App, Chart, Duration } from 'cdk8s';
import {
  CaCertificates, ConnectionOptions, EgressApp, EgressGateway, EgressGatewayRoute, GatewayHop, HttpEgress,
  HttpEgressProps, HttpProtocol, IEgress, TcpEgress, TlsEgress, TlsOrigination,
} from 'cdk8s-istio-egress';

/** Timeouts, retries and limits on a way through a gateway: what the sidecar keeps, and what the gateway. */
export const app = new App();
EgressApp.configure(app, { name: 'limits-gateway' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

/** An egress by the gateway, with limits of its outer leg. */
const route = (egress: IEgress, limits: ConnectionOptions = {}, hop?: GatewayHop) =>
  new EgressGatewayRoute(chart, `${egress.node.id}-route`, { egress, gateway, hop, ...limits });
const http = (name: string, props: Partial<HttpEgressProps> = {}) => new HttpEgress(chart, name, { hosts: [`${name}.example.com`], ...props });
const tries: Partial<HttpEgressProps> = { retries: 2, retryOn: '5xx,reset' };
const soon: ConnectionOptions = { connectTimeout: Duration.millis(300) };

// the gateway sees bytes: requests are the sidecar's concern, connections to the host the gateway's
route(http('slow', { timeout: Duration.millis(400) }));
route(http('unsteady', tries));
route(http('silent', { retries: 0 }), soon);
route(http('busy', { retries: 0 }), { maxConnections: 1 });
route(http('pair', { retries: 0 }), { consecutive5xxErrors: 1 });
new EgressGatewayRoute(chart, 'partner-route', {
  egress: http('partner', tries), gateway, maxConnections: 1, tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('outside-ca') }),
});
route(new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 }), { maxConnections: 1 });
route(new TcpEgress(chart, 'lost', { host: 'lost.example.com', addresses: ['203.0.113.11'], port: 5432 }), { ...soon, consecutive5xxErrors: 1 });
route(new TcpEgress(chart, 'cache', { host: 'cache.example.com', addresses: ['203.0.113.12', '203.0.113.13'], port: 6379 }), { consecutive5xxErrors: 1 });
route(new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] }), { maxConnections: 1 });

// the gateway reads HTTP: it tries requests again
route(http('read-slow', { timeout: Duration.millis(400) }), {}, GatewayHop.http());
route(http('read-slow-try', { retries: 1, perTryTimeout: Duration.millis(300), retryOn: 'reset' }), {}, GatewayHop.http());
route(http('read-unsteady', tries), {}, GatewayHop.http());
route(http('read-down', { protocol: HttpProtocol.GRPC, retries: 1 }), {}, GatewayHop.http());
route(http('read-usual', { protocol: HttpProtocol.GRPC }), {}, GatewayHop.http());
route(http('read-once', { protocol: HttpProtocol.GRPC, retries: 0 }), {}, GatewayHop.http());
route(http('read-busy', { maxRequests: 1 }), {}, GatewayHop.http());
route(http('read-pair', { retries: 3, retryOn: '5xx' }), { consecutive5xxErrors: 1 }, GatewayHop.http());
route(http('read-alone', { retries: 0 }), { consecutive5xxErrors: 1 }, GatewayHop.http());
route(http('read-silent', { retries: 1 }), soon, GatewayHop.http());

app.synth();
