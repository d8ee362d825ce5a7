/** What ended it, in Envoy's words: of a request, of a connection, of its handshake. */
const VERDICT = '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% %DOWNSTREAM_TRANSPORT_FAILURE_REASON%';

/**
 * A gateway's line for each connection, or each request where it reads HTTP: fields, and Envoy's operators for their values. What a caller can
 * make as long as it likes is cut, because container runtimes split lines at 16 KiB.
 */
export const GATEWAY_LINE = {
  log: 'egress-audit',
  time: '%START_TIME%',
  caller: '%DOWNSTREAM_PEER_URI_SAN%',
  caller_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  gateway_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  sni: '%REQUESTED_SERVER_NAME%',
  route: '%UPSTREAM_CLUSTER_RAW%',
  host: '%REQ(:AUTHORITY):256%',
  method: '%REQ(:METHOD):32%',
  status: '%RESPONSE_CODE%',
  upstream: '%UPSTREAM_HOST%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration_ms: '%DURATION%',
  flags: '%RESPONSE_FLAGS%',
  verdict: VERDICT,
  upstream_failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
};

/** A provider of the mesh's configuration that logs it to standard output. */
export function auditProvider(name: string): object {
  return { name, envoyFileAccessLog: { path: '/dev/stdout', logFormat: { labels: { ...GATEWAY_LINE } } } };
}

/** The `log` of an SNI proxy's lines, whichever program it is. */
export const SNI_PROXY_LOG = 'sni-proxy';

/** The line of an Envoy that is an SNI proxy, for each connection. */
export function sniProxyLine(route: string): { [field: string]: string } {
  const { time, caller_address, sni, upstream, bytes_received, bytes_sent, duration_ms, flags, verdict } = GATEWAY_LINE;
  return { log: SNI_PROXY_LOG, time, caller_address, sni, route, upstream, bytes_received, bytes_sent, duration_ms, flags, verdict };
}
