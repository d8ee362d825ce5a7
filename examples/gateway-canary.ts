import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, TlsEgress } from 'cdk8s-istio-egress';

/**
 * A gateway that moves to another revision of the control plane: two pods try it beside the four that stay. Its cluster must have both
 * revisions, or tags of these names: to any other no webhook answers, and the pods keep the image `auto`.
 */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'gateway-canary' });
const platform = new Chart(app, 'platform', { namespace: 'egress' });
const gateway = new EgressGateway(platform, 'gateway', {
  name: 'out', minReplicas: 4, maxReplicas: 8, revision: '1-31', canaryRevision: '1-32', canaryReplicas: 2,
});

const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 }).through(gateway);

app.synth();
