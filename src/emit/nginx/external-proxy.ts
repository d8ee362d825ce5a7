import { duration } from '../duration';
import { literal, resolverOf, targetByName } from './configuration';
import { ExternalListener, Onward } from '../../plan/external-listener';

/** Most authorities between a client's certificate and the mesh's roots. */
const VERIFY_DEPTH = 5;

const LOG_FORMAT = '{"time":"$time_iso8601","remote":"$remote_addr:$remote_port","cipher":"$ssl_cipher","verified":"$ssl_client_verify","client":"$client_uri","admitted":"$admitted",'
  + '"server_name":"$ssl_server_name","sni":"$ssl_preread_server_name","upstream":"$upstream_addr","status":"$status",'
  + '"bytes_sent":"$bytes_sent","bytes_received":"$bytes_received","seconds":"$session_time"}';

/** nginx.conf of a proxy outside the mesh. */
export function configuration(
  listener: ExternalListener, onward: Onward, { script, modules }: { readonly script: string; readonly modules: readonly string[] },
): string {
  const { name, addresses, port, allowedFrom, certificate, key, trustBundle } = listener;
  return [
    ...modules.map(path => `load_module ${path};`),
    'worker_processes auto;',
    'events {',
    '  worker_connections 16384;',
    '}',
    'stream {',
    `  js_import client from ${script};`,
    '  js_set $client_uri client.only;',
    `  log_format json escape=json '${LOG_FORMAT}';`,
    '  access_log /var/log/nginx/access.log json;',
    '  # who may pass, by the only URI of a certificate that is verified',
    '  map "$ssl_client_verify $client_uri" $admitted {',
    '    default no;',
    ...allowedFrom.map(uri => `    ${expressionOf(uri)} yes;`),
    '  }',
    '  # where it is led; nowhere unless admitted',
    ...target(name, onward).map(line => `  ${line}`),
    '  server {',
    ...addresses.map(address => `    listen ${bracketed(address)}:${port} ssl;`),
    `    ssl_certificate ${certificate};`,
    `    ssl_certificate_key ${key};`,
    `    ssl_client_certificate ${trustBundle};`,
    '    ssl_verify_client on;',
    `    ssl_verify_depth ${VERIFY_DEPTH};`,
    '    ssl_protocols TLSv1.2 TLSv1.3;',
    '    # every connection proves its identity anew',
    '    ssl_session_cache off;',
    '    ssl_session_tickets off;',
    ...(onward.to === 'names' ? ['    # of the TLS inside', '    ssl_preread on;', '    preread_timeout 10s;'] : []),
    '    proxy_pass $target;',
    '    proxy_socket_keepalive on;',
    ...(onward.to === 'names' ? [
      `    proxy_connect_timeout ${duration(onward.sniProxy.connectTimeout)};`,
      `    proxy_timeout ${duration(onward.sniProxy.idleTimeout)};`,
    ] : []),
    '  }',
    '}',
    '',
  ].join('\n');
}

function target(name: string, onward: Onward): string[] {
  const admitted = (value: string) => ['map $admitted $target {', `  yes ${value};`, '}'];
  return onward.to === 'place'
    ? [`upstream ${name} {`, `  server ${bracketed(onward.host)}:${onward.port};`, '}', ...admitted(name)]
    : [resolverOf(onward.sniProxy.resolver!, onward.sniProxy), 'resolver_timeout 5s;', ...targetByName('$named', '$ssl_preread_server_name', onward.names.hosts, onward.names.port), ...admitted('$named')];
}

function expressionOf(uri: string): string {
  const start = literal(`SUCCESS ${uri.replace(/\*$/, '')}`);
  return `"~^${start}${uri.endsWith('/*') ? '[^/]+' : ''}\\z"`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
