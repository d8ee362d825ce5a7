import { App, Chart } from 'cdk8s';
import { TlsEgress } from 'cdk8s-istio-egress';

/** All names under a domain straight from the sidecar, to the address that the application dialled; more specific hosts win. */
export const app = new App();
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

new TlsEgress(chart, 'wikipedia', { hosts: ['wikipedia.org', '*.wikipedia.org'] });
new TlsEgress(chart, 'mobile', { hosts: ['*.m.wikipedia.org'], addresses: ['198.51.100.25'] });
new TlsEgress(chart, 'german', { hosts: ['de.wikipedia.org'] });

app.synth();
