import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { ExternalEnvoy, ExternalNginx, ExternalProxy, WorkloadIdentity } from 'cdk8s-istio-egress';

/**
 * Proxies outside the mesh that know their callers by their certificates: an Envoy and an nginx in front of an echo server. What each
 * of them needs is written into a ConfigMap here; copied to a machine, the files do the same.
 */
export const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
const trusted = new Chart(app, 'trusted', { namespace: 'trusted' });
const edge = new Chart(app, 'edge', { namespace: 'edge' });

const sleep = WorkloadIdentity.serviceAccount('trusted', 'sleep');
const folder = '/etc/mesh-proxy';
const files = { certificate: `${folder}/tls.crt`, key: `${folder}/tls.key`, trustBundle: `${folder}/ca.crt`, upstreamHost: '198.51.100.20', upstreamPort: 7000 };

/** An Envoy at the address. */
function envoy(name: string, host: string, address: string, allowFrom: WorkloadIdentity[]): void {
  const proxy = new ExternalProxy(trusted, name, { host, addresses: [address], port: 9000, identity: WorkloadIdentity.serviceAccount('edge', 'envoy'), allowFrom });
  new ApiObject(edge, name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'envoy.yaml': ExternalEnvoy.configuration(proxy, files) } });
}

/** An nginx at the address, whose clients are in two namespaces. */
function nginx(name: string, host: string, address: string, allowFrom: WorkloadIdentity[]): void {
  const proxy = new ExternalProxy(trusted, name, {
    host, addresses: [address], port: 9000, identity: WorkloadIdentity.serviceAccount('edge', 'nginx'), allowFrom, exportTo: ['.', 'web'],
  });
  const conf = ExternalNginx.configuration(proxy, { ...files, script: `${folder}/client-uri.js` });
  new ApiObject(edge, name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'nginx.conf': conf, 'client-uri.js': ExternalNginx.script() } });
}

envoy('envoy', 'echo.envoy.example.com', '192.0.2.7', [sleep]);
nginx('nginx', 'echo.nginx.example.com', '192.0.2.8', [sleep, WorkloadIdentity.namespace('web')]);

// nobody may pass, and two whose certificates will not do
envoy('envoy-closed', 'closed.envoy.example.com', '192.0.2.11', [WorkloadIdentity.nobody()]);
nginx('nginx-closed', 'closed.nginx.example.com', '192.0.2.12', [WorkloadIdentity.nobody()]);
envoy('imposter', 'imposter.example.com', '192.0.2.13', [sleep]);
nginx('unknown-authority', 'unknown-authority.example.com', '192.0.2.14', [sleep]);

app.synth();
