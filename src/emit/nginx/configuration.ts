import { SniProxyIntent } from '../../plan/intent';
import { SniListener } from '../../plan/sni-listener';

/** Folder of the sockets, and file that the resolvers of the pod are written to when nginx starts. */
export const SOCKETS = '/var/run/sni';
export const RESOLVER_FILE = `${SOCKETS}/resolver.conf`;

/** nginx.conf of an SNI proxy that leads each socket to the names of one wildcard. */
export function configuration(proxy: SniProxyIntent, workers: number, listeners: readonly SniListener[]): string {
  return [
    'daemon off;',
    `pid ${SOCKETS}/nginx.pid;`,
    'error_log stderr notice;',
    `worker_processes ${workers};`,
    'events {',
    '  worker_connections 16384;',
    '}',
    'stream {',
    `  log_format json escape=json '${LOG_FORMAT}';`,
    '  access_log /dev/stdout json;',
    `  ${proxy.resolver === undefined ? `include ${RESOLVER_FILE};` : resolver(proxy.resolver.includes(':') ? `[${proxy.resolver}]` : proxy.resolver, proxy)}`,
    '  resolver_timeout 5s;',
    // the variables are as long as the names of the routes
    '  variables_hash_bucket_size 256;',
    '  variables_hash_max_size 65536;',
    '  ssl_preread on;',
    '  preread_timeout 10s;',
    `  proxy_connect_timeout ${proxy.connectTimeoutSeconds}s;`,
    `  proxy_timeout ${proxy.idleTimeoutSeconds}s;`,
    '  proxy_socket_keepalive on;',
    ...listeners.flatMap(listener => serverOf(listener).map(line => `  ${line}`)),
    '}',
    '',
  ].join('\n');
}

/** The directive for these addresses. */
export function resolver(addresses: string, { addressFamily }: SniProxyIntent): string {
  return `resolver ${addresses}${{ IPV4: ' ipv6=off', IPV6: ' ipv4=off' }[addressFamily] ?? ''};`;
}

const LOG_FORMAT = '{"time":"$time_iso8601","listener":"$server_addr","sni":"$ssl_preread_server_name","upstream":"$upstream_addr",'
  + '"status":"$status","bytes_sent":"$bytes_sent","bytes_received":"$bytes_received","seconds":"$session_time"}';

function serverOf({ name, socket, wildcard, port }: SniListener): string[] {
  const target = `$target_${name.replaceAll('-', '_')}`;
  return [
    `map $ssl_preread_server_name ${target} {`,
    `  ${namesOf(wildcard)} $ssl_preread_server_name:${port};`,
    '}',
    'server {',
    `  listen unix:${socket};`,
    `  proxy_pass ${target};`,
    '}',
  ];
}

/**
 * A quoted regular expression for the names of a wildcard. Not nginx's own wildcards: they look at the end of what the client
 * sends alone, and a name may hold "/" and ":". Every byte but letters, digits and hyphens is written as its number.
 */
function namesOf(wildcard: string): string {
  const domain = [...Buffer.from(wildcard.slice(1))].map(byte => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9-]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
  return `"~*^[-_a-z0-9.]*[-_a-z0-9]${domain}\\z"`;
}
