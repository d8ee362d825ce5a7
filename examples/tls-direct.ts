import { App, Chart } from 'cdk8s';
import { TlsEgress } from 'cdk8s-istio-egress';

/** Two hosts by the SNI that the application sends, straight from the sidecar. */
export const app = new App();
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

new TlsEgress(chart, 'partners', { hosts: ['api.example.com', 'files.example.com'] });

app.synth();
