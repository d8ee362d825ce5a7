import { App, Chart, YamlOutputType } from 'cdk8s';
import { ClusterDns, EgressApp, EgressGateway, EgressLockdown, Istiod, TcpEgress, TlsEgress } from 'cdk8s-istio-egress';

/** A lockdown where no pod answers for the cluster's DNS, but an address of each node, and where istiod runs outside the cluster. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'lockdown-node-local', dns: [ClusterDns.nodeLocal()], istiod: [Istiod.addresses(['198.51.100.15'])] });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

// its sidecars ask DNS for the gateway
new TlsEgress(chart, 'search', { hosts: ['search.example.com'] }).through(gateway);
new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });

app.synth();
