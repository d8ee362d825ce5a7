import { App, Chart } from 'cdk8s';
import { ExternalProxy, WorkloadIdentity } from 'cdk8s-istio-egress';

/** A proxy outside the mesh, such as an F5 BIG-IP, that knows its callers by their certificates; `BigIp.configuration` or `BigIp.as3` write its side. */
export const app = new App();
const chart = new Chart(app, 'trusted', { namespace: 'trusted' });

export const bigip = new ExternalProxy(chart, 'bigip', {
  host: 'echo.bigip.example.com',
  addresses: ['192.0.2.7'],
  port: 9000,
  identity: WorkloadIdentity.serviceAccount('edge', 'bigip'),
  allowFrom: [WorkloadIdentity.serviceAccount('trusted', 'sleep')],
});
new ExternalProxy(chart, 'imposter', {
  host: 'imposter.example.com',
  addresses: ['192.0.2.8'],
  port: 9000,
  identity: WorkloadIdentity.serviceAccount('edge', 'bigip'),
  allowFrom: [WorkloadIdentity.serviceAccount('trusted', 'sleep')],
});

app.synth();
