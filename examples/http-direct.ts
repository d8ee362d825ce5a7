import { App, Chart, Duration } from 'cdk8s';
import { HttpEgress } from 'cdk8s-istio-egress';

/** Plain HTTP hosts by the Host header that the application sends, straight from the sidecar. */
export const app = new App();
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

new HttpEgress(chart, 'api', {
  hosts: ['api.example.com', 'files.example.com'], timeout: Duration.seconds(10), retries: 1, retryOn: '5xx,reset', maxConnections: 50,
});

app.synth();
