import { App, Chart, YamlOutputType } from 'cdk8s';
import { CaCertificates, EgressLockdown, ForwardProxy, HttpEgress, TcpEgress, TlsEgress, TlsOrigination } from 'cdk8s-istio-egress';

/** A lockdown opens what sidecars dial, not what applications do: a company's proxy and no way around it, and the ports of TLS that sidecars originate. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

new TlsEgress(chart, 'search', {
  hosts: ['search.example.com'],
  addresses: ['203.0.113.80'],
  forwardProxy: ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128, addresses: ['198.51.100.50'] }),
});

const tlsOrigination = TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('partner-ca') });
new HttpEgress(chart, 'stock', { hosts: ['stock.example.com'], addresses: ['203.0.113.61'], tlsOrigination });
new TcpEgress(chart, 'broker', {
  host: 'broker.example.com',
  addresses: ['203.0.113.70'],
  port: 1883,
  tlsOrigination: TlsOrigination.simple({ port: 8883, caCertificates: CaCertificates.fromConfigMap('partner-ca') }),
});

new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'] });

app.synth();
