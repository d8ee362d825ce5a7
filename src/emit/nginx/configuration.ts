import { SniProxyIntent } from '../../plan/intent';
import { SniListener } from '../../plan/sni-listener';

/** Folder of the sockets, and file that the resolvers of the pod are written to when nginx starts. */
export const SOCKETS = '/var/run/sni';
export const RESOLVER_FILE = `${SOCKETS}/resolver.conf`;

/** nginx.conf of an SNI proxy that leads each socket to its names. */
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
    `  ${proxy.resolver === undefined ? `include ${RESOLVER_FILE};` : resolverOf(proxy.resolver, proxy)}`,
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

/** The directive for one address. */
export function resolverOf(address: string, proxy: SniProxyIntent): string {
  return resolver(address.includes(':') ? `[${address}]` : address, proxy);
}

/** The directive for these addresses, IPv6 in brackets. */
export function resolver(addresses: string, { addressFamily }: SniProxyIntent): string {
  return `resolver ${addresses}${{ IPV4: ' ipv6=off', IPV6: ' ipv4=off' }[addressFamily] ?? ''};`;
}

const LOG_FORMAT = '{"time":"$time_iso8601","listener":"$server_addr","sni":"$ssl_preread_server_name","upstream":"$upstream_addr",'
  + '"status":"$status","bytes_sent":"$bytes_sent","bytes_received":"$bytes_received","seconds":"$session_time"}';

function serverOf({ name, socket, hosts, port }: SniListener): string[] {
  const target = `$target_${name.replaceAll('-', '_')}`;
  return [
    ...targetByName(target, hosts, port),
    'server {',
    `  listen unix:${socket};`,
    `  proxy_pass ${target};`,
    '}',
  ];
}

/** A variable that is the host and port which the application's TLS names, and empty for a name that is not among the hosts. */
export function targetByName(variable: string, hosts: readonly string[], port: number): string[] {
  return [
    `map $ssl_preread_server_name ${variable} {`,
    ...hosts.map(host => `  ${namesOf(host)} $ssl_preread_server_name:${port};`),
    '}',
  ];
}

/**
 * A quoted regular expression for a host or the names of a wildcard. Not nginx's own wildcards: they look at the end of what the
 * client sends alone, and a name may hold "/" and ":".
 */
function namesOf(host: string): string {
  return host.startsWith('*') ? `"~*^[-_a-z0-9.]*[-_a-z0-9]${literal(host.slice(1))}\\z"` : `"~*^${literal(host)}\\z"`;
}

/** A text in a quoted regular expression: every byte but letters, digits and hyphens is written as its number. */
export function literal(text: string): string {
  return [...Buffer.from(text)].map(byte => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9-]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}
