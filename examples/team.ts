import { App, Chart, YamlOutputType } from 'cdk8s';
import { ClientCertificate, EgressApp, EgressGateway, GatewayHop, MutualTlsOrigination, TcpEgress, TlsEgress, WorkloadIdentity } from 'cdk8s-istio-egress';

/** A team's own app beside the platform's of admission.ts: its pipeline writes it with the Roles of team.roles.yaml. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'bookinfo-egress' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-egress',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});

new TcpEgress(chart, 'smtp', { host: 'smtp.example.com', addresses: ['203.0.113.25'], port: 587 }).through(gateway);
new TlsEgress(chart, 'accounts', { hosts: ['accounts.example.com'], port: 27018 })
  .through(gateway, { allowFrom: [WorkloadIdentity.serviceAccount('bookinfo', 'ratings')] });
new TlsEgress(chart, 'files', { hosts: ['files.example.com'] }).through(gateway, { hop: GatewayHop.passthrough() });
new MutualTlsOrigination(chart, 'partner', {
  host: 'partner.example.com', gateway, clientCertificate: ClientCertificate.fromSecret('partner-client'),
});

app.synth();
