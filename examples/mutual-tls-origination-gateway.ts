import { App, Chart, Duration, YamlOutputType } from 'cdk8s';
import { PartnerServer } from './partner/partner-server';
import { ClientCertificate, EgressApp, EgressGateway, MutualTlsOrigination } from 'cdk8s-istio-egress';

/**
 * The application calls http://partner.example.com, and the gateway shows a client certificate to the partner. The partner's server is
 * a chart of its own; the certificates are made as partner/README.md says.
 */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'mutual-tls-origination-gateway' });
new PartnerServer(app, 'partner');

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = EgressGateway.fromService(chart, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});
new MutualTlsOrigination(chart, 'partner', {
  host: 'partner.example.com',
  gateway,
  clientCertificate: ClientCertificate.fromSecret('partner-client'),
  timeout: Duration.seconds(30),
  maxConnections: 100,
});

app.synth();
