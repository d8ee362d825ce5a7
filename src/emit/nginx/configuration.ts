import { SniProxyIntent } from '../../intent/sni-proxy';
import { SniListener } from '../../plan/plan';
import { duration } from '../duration';
import { SNI_PROXY_LOG } from '../envoy/audit-line';

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
    // without a server nginx knows no $route
    ...(listeners.length > 0 ? [...LOG, ...NAME] : []),
    `  ${proxy.resolver === undefined ? `include ${RESOLVER_FILE};` : resolverOf(proxy.resolver, proxy)}`,
    '  resolver_timeout 5s;',
    // the variables are as long as the names of the routes
    '  variables_hash_bucket_size 256;',
    '  variables_hash_max_size 65536;',
    '  ssl_preread on;',
    '  preread_timeout 10s;',
    `  proxy_connect_timeout ${duration(proxy.connectTimeout)};`,
    `  proxy_timeout ${duration(proxy.idleTimeout)};`,
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
  return `resolver ${addresses}${{ IPV4: ' ipv6=off', IPV6: ' ipv4=off', ANY: '' }[addressFamily]};`;
}

const LINE = `{"log":"${SNI_PROXY_LOG}","time":"$time_iso8601","caller_address":"$caller_address","sni":"$ssl_preread_server_name","route":"$route","upstream":"$upstream_addr",`
  + '"bytes_received":$bytes_received,"bytes_sent":$bytes_sent,"duration_ms":$duration_ms,"verdict":"$status"}';

const LOG = [
  '  map $proxy_protocol_addr $caller_address {',
  '    "~:" [$proxy_protocol_addr]:$proxy_protocol_port;',
  '    default $proxy_protocol_addr:$proxy_protocol_port;',
  '  }',
  '  map $session_time $duration_ms {',
  '    "~^0\\.0*(?<below_a_second>\\d+)$" $below_a_second;',
  '    "~^(?<whole>\\d+)\\.(?<thousandths>\\d+)$" $whole$thousandths;',
  '  }',
  `  log_format json escape=json '${LINE}';`,
  '  access_log /dev/stdout json;',
];

/** The name that leads on, which no host is where the gateway itself calls: a name that resolves to it would lead in a circle. */
const NAME = [
  '  map "$proxy_protocol_addr $proxy_protocol_server_addr" $sni {',
  '    "~^(?<gateway>\\S+) \\g{gateway}$" "";',
  '    default $ssl_preread_server_name;',
  '  }',
];

function serverOf({ name, ownName, socket, hosts, port }: SniListener): string[] {
  const target = `$target_${name.replaceAll('-', '_')}`;
  return [
    ...targetByName(target, '$sni', hosts, port),
    'server {',
    `  listen unix:${socket} proxy_protocol;`,
    `  set $route ${ownName};`,
    `  proxy_pass ${target};`,
    '}',
  ];
}

/** A variable that is the host and port which the application's TLS names, and empty where the name (another variable) is not among the hosts. */
export function targetByName(variable: string, name: string, hosts: readonly string[], port: number): string[] {
  return [
    `map ${name} ${variable} {`,
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
