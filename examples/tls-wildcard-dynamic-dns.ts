import { App, Chart } from 'cdk8s';
import { TlsEgress, WildcardResolution } from 'cdk8s-istio-egress';

/** All names under a domain straight from the sidecar, to where the name resolves to, whatever address the application dialled. */
export const app = new App();
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org'], resolution: WildcardResolution.dynamicDns() });

app.synth();
