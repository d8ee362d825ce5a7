import { App, Chart, YamlOutputType } from 'cdk8s';
import { AdmissionSubject, EgressAdmission, EgressApp, EgressGateway, EgressLockdown, TlsEgress } from 'cdk8s-istio-egress';

/**
 * The platform's own chart: the API server refuses what others write that would take an egress elsewhere, shut the gateway or open the locked
 * namespace. What it takes and refuses is in admission.requests.yaml.
 */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'admission' });
const platform = new Chart(app, 'platform', { namespace: 'istio-egress' });
const gateway = EgressGateway.fromService(platform, 'gateway', {
  namespace: 'istio-egress',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});
new EgressAdmission(platform, 'admission', {
  exempt: [AdmissionSubject.group('platform-engineers'), AdmissionSubject.serviceAccount('platform', 'deployer')],
  gateways: [gateway],
  otherSelectors: [{ app: 'partner-ingress' }],
  teams: [
    {
      namespaces: ['bookinfo'],
      apps: ['bookinfo-egress'],
      hosts: ['*.example.com', 'www.wikipedia.org'],
      addresses: ['203.0.113.25', '198.51.100.0/24'],
      secrets: ['partner-client'],
      exportTo: ['reports'],
    },
    { namespaces: ['orders'], apps: ['orders-egress'], subjects: [AdmissionSubject.serviceAccount('orders', 'pipeline')], secrets: ['orders-client', '/etc/orders/tls.crt', '/etc/orders/tls.key'] },
  ],
  lockedNamespaces: ['bookinfo'],
});
new EgressLockdown(platform, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway], otherHosts: ['./*'] });

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
new TlsEgress(bookinfo, 'mongo', { hosts: ['mongo.example.com'], port: 27018 }).through(gateway);

app.synth();
