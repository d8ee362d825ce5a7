import { App, Chart } from 'cdk8s';
import {
  ClientCertificate, EgressApp, EgressGateway, EgressGatewayRoute, GatewayMount, HttpEgress, TlsOrigination,
} from 'cdk8s-istio-egress';

/** What files of a gateway do not open: a client certificate that the server does not take, a CA that is not the server's, and a file that is not there. */
export const app = new App();
EgressApp.configure(app, { name: 'tls-origination-files-refused' });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const gateway = new EgressGateway(chart, 'gateway', {
  namespace: 'egress',
  name: 'out',
  mounts: [
    GatewayMount.secret('billing-client', '/etc/billing'),
    GatewayMount.secret('stranger-client', '/etc/stranger'),
    GatewayMount.secret('strange-authority', '/etc/strange-authority'),
  ],
});

const files = (certificate: string, authority: string, key = 'tls.key') => ClientCertificate.fromFiles({
  clientCertificate: `${certificate}/tls.crt`, privateKey: `${certificate}/${key}`, caCertificates: `${authority}/ca.crt`,
});

const of: { [name: string]: ClientCertificate } = {
  'billing': files('/etc/billing', '/etc/billing'),
  'stranger': files('/etc/stranger', '/etc/billing'),
  'strange-authority': files('/etc/billing', '/etc/strange-authority'),
  'no-key': files('/etc/billing', '/etc/billing', 'missing.key'),
};
for (const [name, clientCertificate] of Object.entries(of)) {
  const egress = new HttpEgress(chart, name, { hosts: [`${name}.example.com`] });
  new EgressGatewayRoute(chart, `${name}-route`, { egress, gateway, tlsOrigination: TlsOrigination.mutual({ clientCertificate }) });
}

app.synth();
