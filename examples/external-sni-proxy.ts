import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { EgressLockdown, ExternalEnvoy, ExternalNginx, ExternalSniProxy, WorkloadIdentity } from 'cdk8s-istio-egress';

/**
 * Whole domains by way of proxies outside the mesh, which know their callers by their certificates and the host by the application's
 * own TLS inside: an Envoy and an nginx. What each of them needs is written into a ConfigMap here; copied to a machine, the files do
 * the same. Nothing else gets out of the namespace.
 */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
const trusted = new Chart(app, 'trusted', { namespace: 'trusted' });
const edge = new Chart(app, 'edge', { namespace: 'edge' });

const sleep = WorkloadIdentity.serviceAccount('trusted', 'sleep');
const batch = WorkloadIdentity.serviceAccount('trusted', 'batch');
const folder = '/etc/mesh-proxy';
const files = { certificate: `${folder}/tls.crt`, key: `${folder}/tls.key`, trustBundle: `${folder}/ca.crt`, resolver: '10.96.0.10' };

/** An Envoy at the address. */
function envoy(name: string, hosts: string[], address: string): void {
  const proxy = new ExternalSniProxy(trusted, name, {
    hosts, addresses: [address], proxyPort: 8443, identity: WorkloadIdentity.serviceAccount('edge', 'envoy'), allowFrom: [sleep],
  });
  new ApiObject(edge, name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'envoy.yaml': ExternalEnvoy.sniConfiguration(proxy, files) } });
}

envoy('envoy', ['api.example.com', '*.example.net'], '192.0.2.7');

const nginx = new ExternalSniProxy(trusted, 'nginx', {
  hosts: ['*.example.org'],
  port: 8883,
  addresses: ['192.0.2.8'],
  proxyPort: 8443,
  identity: WorkloadIdentity.serviceAccount('edge', 'nginx'),
  allowFrom: [sleep, batch],
});
new ApiObject(edge, 'nginx', {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'nginx' },
  data: { 'nginx.conf': ExternalNginx.sniConfiguration(nginx, { ...files, script: `${folder}/client-uri.js` }), 'client-uri.js': ExternalNginx.script() },
});

// one whose certificate will not do
envoy('imposter', ['imposter.example.edu'], '192.0.2.13');

new EgressLockdown(trusted, 'lockdown', { namespaces: ['trusted'] });

app.synth();
