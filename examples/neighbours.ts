import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressGateway, EgressMesh, EgressSidecar, HttpEgress, TcpEgress, TlsEgress } from 'cdk8s-istio-egress';

/** A team among neighbours: what another namespace exports to everybody would take its traffic, and its sidecars do not know it. */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
EgressApp.configure(app, { name: 'neighbours' });
const platform = new Chart(app, 'platform', { namespace: 'platform' });
const gateway = EgressGateway.fromService(platform, 'gateway', {
  namespace: 'egress', service: 'out', selector: { istio: 'out' }, serviceAccount: 'out',
});
new TlsEgress(platform, 'vault', { hosts: ['vault.example.com'], exportTo: ['bookinfo', 'orders'] }).through(gateway);

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
new TlsEgress(bookinfo, 'mongo', { hosts: ['mongo.example.com'], port: 27018 }).through(gateway);
new TlsEgress(bookinfo, 'wikipedia', { hosts: ['*.wikipedia.org'] });
new HttpEgress(bookinfo, 'api', { hosts: ['api.example.com'] }).through(gateway);
new TcpEgress(bookinfo, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
new EgressSidecar(bookinfo, 'sidecar', { namespaces: ['bookinfo'] });

// what the neighbour writes, for every namespace
const mallory = new Chart(app, 'mallory', { namespace: 'mallory' });
for (const host of ['evil.example.net', 'en.wikipedia.org', 'vault.example.com']) {
  new ApiObject(mallory, host, {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: host.replaceAll('.', '-') },
    spec: {
      hosts: [host],
      exportTo: ['*'],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      endpoints: [{ address: '203.0.113.66' }],
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
    },
  });
}

app.synth();

/** What whoever installs Istio gives its chart `istiod`. */
export const istiodValues = EgressMesh.describe(app);
