import { SniProxyIntent } from '../../plan/intent';
import { SniListener } from '../../plan/sni-listener';
import { SNI_PROXY_LOG } from '../envoy/audit-line';

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
    // without a server nginx knows no $route
    ...(listeners.length > 0 ? LOG : []),
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

function serverOf({ name, ownName, socket, wildcard, port }: SniListener): string[] {
  const target = `$target_${name.replaceAll('-', '_')}`;
  return [
    `map $ssl_preread_server_name ${target} {`,
    `  ${namesOf(wildcard)} $ssl_preread_server_name:${port};`,
    '}',
    'server {',
    `  listen unix:${socket} proxy_protocol;`,
    `  set $route ${ownName};`,
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
