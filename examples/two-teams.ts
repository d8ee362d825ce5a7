import { App, Chart, YamlOutputType } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressApp, EgressGateway, EgressGatewayRoute, EgressMesh, IEgressGateway, TcpEgress, TlsEgress } from 'cdk8s-istio-egress';

/** Two teams reach the same host by the same gateway, each by a route of its own; the platform team shares one more with both. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'two-teams' });

class TeamChart extends Chart {
  public constructor(scope: Construct, namespace: string, gateway: IEgressGateway) {
    super(scope, namespace, { namespace });
    const mongo = new TlsEgress(this, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
    new EgressGatewayRoute(this, 'mongo-route', { egress: mongo, gateway });
  }
}

const platform = new Chart(app, 'platform', { namespace: 'platform' });
const gateway = EgressGateway.fromService(platform, 'gateway', {
  namespace: 'istio-system',
  service: 'istio-egressgateway',
  selector: { istio: 'egressgateway' },
  serviceAccount: 'istio-egressgateway-service-account',
});
new TeamChart(app, 'bookinfo', gateway);
new TeamChart(app, 'orders', gateway);

const smtp = new TcpEgress(platform, 'smtp', {
  host: 'smtp.example.com', addresses: ['203.0.113.25'], port: 587, exportTo: ['bookinfo', 'orders'],
});
new EgressGatewayRoute(platform, 'smtp-route', { egress: smtp, gateway });

app.synth();

/** What whoever installs Istio gives its chart `istiod`. */
export const istiodValues = EgressMesh.describe(app);
