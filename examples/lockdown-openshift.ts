import { App, Chart, YamlOutputType } from 'cdk8s';
import { ClusterDns, EgressApp, EgressGateway, EgressLockdown, Istiod, LockdownException, TlsEgress } from 'cdk8s-istio-egress';

/** A lockdown in a cluster with a DNS and an istiod of its own kind, with what its pods need beside egresses, and with who may come in. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, {
  name: 'lockdown-openshift',
  dns: [ClusterDns.openShift()],
  istiod: [Istiod.pods({ namespace: 'mesh', labels: { 'app': 'istiod', 'istio.io/rev': 'prod' } })],
});
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

// its sidecars ask DNS for the gateway
new TlsEgress(chart, 'search', { hosts: ['search.example.com'] }).through(gateway);
new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], addresses: ['203.0.113.40'], port: 27018 });

export const lockdown = new EgressLockdown(chart, 'lockdown', {
  namespaces: ['bookinfo'],
  gateways: [gateway],
  exceptions: [
    LockdownException.pods({ namespace: 'observability', labels: { app: 'otel-collector' }, ports: [4317], reason: 'sidecars push traces' }),
    LockdownException.apiServer({ addresses: ['192.0.2.10'], port: 6443 }),
    LockdownException.eksPodIdentity(),
  ],
  inboundNamespaces: ['.', 'ingress'],
});

app.synth();
