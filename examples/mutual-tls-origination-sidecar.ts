import { App, Chart, YamlOutputType } from 'cdk8s';
import { PartnerServer } from './partner/partner-server';
import { ClientCertificate, EgressApp, MutualTlsOrigination } from 'cdk8s-istio-egress';

/** The same without a gateway: the sidecars of one workload show the client certificate, those of others have none to show. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'mutual-tls-origination-sidecar' });
new PartnerServer(app, 'partner');

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
new MutualTlsOrigination(chart, 'partner', {
  host: 'partner.example.com',
  clientCertificate: ClientCertificate.fromSecret('partner-client'),
  workloadSelector: { app: 'ratings' },
  serviceAccount: 'ratings',
});

app.synth();
