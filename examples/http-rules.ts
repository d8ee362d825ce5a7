import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, EgressMesh, GatewayHop, HttpEgress, HttpProtocol, WorkloadIdentity } from 'cdk8s-istio-egress';

/** Methods and paths of an outside API, by service account: rules of one route, of another namespace for the same host, and a route without rules, at one gateway. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'http-rules' });
const platform = new Chart(app, 'platform', { namespace: 'platform' });
const gateway = EgressGateway.fromService(platform, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const ratings = WorkloadIdentity.serviceAccount('bookinfo', 'ratings');
const pricing = WorkloadIdentity.serviceAccount('bookinfo', 'pricing');
const api = new HttpEgress(bookinfo, 'api', { hosts: ['api.example.com'] });
const route = new EgressGatewayRoute(bookinfo, 'api-route', { egress: api, gateway, hop: GatewayHop.http() });
route.allowRequests({ from: [ratings, pricing], methods: ['GET', 'HEAD'], paths: ['/v1/*', '/status'] });
route.allowRequests({ from: [pricing], methods: ['PUT'], paths: ['/v1/books/{*}/price'] });
route.allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'admin'));

const news = new HttpEgress(bookinfo, 'news', { hosts: ['news.example.com'] });
new EgressGatewayRoute(bookinfo, 'news-route', { egress: news, gateway, hop: GatewayHop.http() });

// a method of gRPC is a path
const quotes = new HttpEgress(bookinfo, 'quotes', { hosts: ['quotes.example.com'], port: 8080, protocol: HttpProtocol.GRPC });
new EgressGatewayRoute(bookinfo, 'quotes-route', { egress: quotes, gateway, hop: GatewayHop.http() })
  .allowRequests({ paths: ['/quotes.v1.Quotes/Get'] });

// everybody of the namespace may read, and the pods of one service account may write
const orders = new Chart(app, 'orders', { namespace: 'orders' });
const shared = new HttpEgress(orders, 'api', { hosts: ['api.example.com'] });
const rules = new EgressGatewayRoute(orders, 'api-route', { egress: shared, gateway, hop: GatewayHop.http() });
rules.allowRequests({ methods: ['GET'] });
rules.allowRequests({ from: [WorkloadIdentity.serviceAccount('orders', 'checkout')], methods: ['POST'], paths: ['/v1/orders'] });

app.synth();

/** What whoever installs Istio gives its chart `istiod`. */
export const istiodValues = EgressMesh.describe(app);
