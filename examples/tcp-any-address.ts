import { App, Chart } from 'cdk8s';
import { EgressApp, EgressGateway, EgressGatewayRoute, TcpEgress } from 'cdk8s-istio-egress';

/** A database whose addresses change, by a port that nothing else uses: every connection to it goes to the host, through the gateway, but for those inside the cluster. */
export const app = new App();
EgressApp.configure(app, { name: 'tcp-any-address', clusterRanges: ['10.96.0.0/12', '10.244.0.0/16'] });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

const managed = new TcpEgress(chart, 'managed', { host: 'managed.example.com', anyAddress: true, port: 5432 });
new EgressGatewayRoute(chart, 'managed-route', { egress: managed, gateway });

new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });

app.synth();
