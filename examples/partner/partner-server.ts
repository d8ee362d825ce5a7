import { ApiObject, Chart } from 'cdk8s';
import { Construct } from 'constructs';

const CONFIGURATION = `pid /tmp/nginx.pid;
events {}
http {
  access_log off;
  # a connection for each request, so that a new certificate of the client is seen at once
  keepalive_timeout 0;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 8443 ssl;
    server_name partner.example.com;
    ssl_certificate /etc/partner/certificates/tls.crt;
    ssl_certificate_key /etc/partner/certificates/tls.key;
    ssl_client_certificate /etc/partner/certificates/ca.crt;
    ssl_verify_client on;
    default_type application/json;
    location / {
      return 200 '{"server":"partner","port":$server_port,"call":"$http_x_lab_call","remote":"$remote_addr:$remote_port","sni":"$ssl_server_name","identity":"$ssl_client_s_dn","host":"$host"}';
    }
  }
}
`;

/**
 * A partner outside the mesh: an nginx server that demands a client certificate and answers with what it saw. Its Secret `partner-server`
 * (tls.crt, tls.key, and the CA of its clients as ca.crt) is made by hand, and OpenShift's Route to it is a file of its own: README.md.
 */
export class PartnerServer extends Chart {
  public constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'partner' });
    const labels = { app: 'partner' };
    new ApiObject(this, 'ConfigMap', {
      apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'partner' }, data: { 'nginx.conf': CONFIGURATION },
    });
    new ApiObject(this, 'Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'partner' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: { ...labels, 'sidecar.istio.io/inject': 'false' } },
          spec: {
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [{
              name: 'nginx',
              image: 'nginxinc/nginx-unprivileged:1.29',
              args: ['nginx', '-c', '/etc/partner/nginx/nginx.conf', '-g', 'daemon off;'],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              ports: [{ name: 'https', containerPort: 8443 }],
              volumeMounts: [
                { name: 'configuration', mountPath: '/etc/partner/nginx', readOnly: true },
                { name: 'certificates', mountPath: '/etc/partner/certificates', readOnly: true },
              ],
            }],
            volumes: [
              { name: 'configuration', configMap: { name: 'partner' } },
              { name: 'certificates', secret: { secretName: 'partner-server' } },
            ],
          },
        },
      },
    });
    new ApiObject(this, 'Service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'partner' },
      spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 'https' }] },
    });
  }
}
