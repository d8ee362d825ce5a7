import { sniProxyLine } from './audit-line';
import { byName, clusterOf, stdoutLog, upstream } from './sni-proxy';
import { isAddress } from '../../intent/addresses';
import { NOBODY } from '../../intent/identity';
import { ExternalListener, Onward } from '../../plan/external-listener';

const TYPE = 'type.googleapis.com/envoy.extensions';

/** The whole configuration of an Envoy outside the mesh. */
export function bootstrap(listener: ExternalListener, onward: Onward): object {
  return onward.to === 'place'
    ? { static_resources: { listeners: [listenerOf(listener, listener.name)], clusters: [placeOf(listener.name, onward)] } }
    : {
      bootstrap_extensions: [{
        name: 'envoy.bootstrap.internal_listener',
        typed_config: { '@type': `${TYPE}.bootstrap.internal_listener.v3.InternalListener` },
      }],
      static_resources: {
        listeners: [
          listenerOf(listener, listener.name),
          { name: clusterOf(onward.names), internal_listener: {}, ...byName(onward.names, onward.sniProxy, nameLine(listener)) },
        ],
        clusters: [inside(listener.name, clusterOf(onward.names)), upstream(onward.names, onward.sniProxy)],
      },
    };
}

/** Takes the mesh's TLS off. Unless Envoy waits for the end of the handshake, it connects onward for those whom it is about to refuse. */
function listenerOf({ name, addresses, port, ...demands }: ExternalListener, cluster: string): object {
  const [first, ...more] = addresses.map(address => ({ address: { socket_address: { address, port_value: port } } }));
  return {
    name,
    ...first,
    ...(more.length > 0 ? { additional_addresses: more } : {}),
    access_log: [connections(name)],
    filter_chains: [{
      transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: downstreamTls(demands) },
      filters: [{
        name: 'envoy.filters.network.tcp_proxy',
        typed_config: {
          '@type': `${TYPE}.filters.network.tcp_proxy.v3.TcpProxy`,
          'stat_prefix': name,
          cluster,
          'upstream_connect_mode': 'ON_DOWNSTREAM_TLS_HANDSHAKE',
          'max_early_data_bytes': 0,
        },
      }],
    }],
  };
}

function downstreamTls({ allowedFrom, certificate, key, trustBundle }: Pick<ExternalListener, 'allowedFrom' | 'certificate' | 'key' | 'trustBundle'>): object {
  const san = (uri: string) => ({ san_type: 'URI', matcher: uri.endsWith('/*') ? { prefix: uri.slice(0, -1) } : { exact: uri } });
  return {
    '@type': `${TYPE}.transport_sockets.tls.v3.DownstreamTlsContext`,
    'require_client_certificate': true,
    'disable_stateless_session_resumption': true,
    'disable_stateful_session_resumption': true,
    'common_tls_context': {
      tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
      tls_certificates: [{ certificate_chain: { filename: certificate }, private_key: { filename: key } }],
      validation_context: {
        trusted_ca: { filename: trustBundle },
        // an empty list would let everybody of the mesh in
        match_typed_subject_alt_names: (allowedFrom.length > 0 ? allowedFrom : [NOBODY]).map(san),
      },
    },
  };
}

function placeOf(name: string, { host, port }: Onward & { readonly to: 'place' }): object {
  return {
    name,
    ...(isAddress(host) ? { type: 'STATIC' } : { type: 'STRICT_DNS', dns_lookup_family: 'V4_PREFERRED' }),
    connect_timeout: '5s',
    load_assignment: loadAssignment(name, { socket_address: { address: host, port_value: port } }),
  };
}

function inside(name: string, listener: string): object {
  return { name, type: 'STATIC', load_assignment: loadAssignment(name, { envoy_internal_address: { server_listener_name: listener } }) };
}

function loadAssignment(name: string, address: object): object {
  return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
}

/** Every connection with who made it, or why it was refused. */
function connections(name: string): object {
  return stdoutLog({
    time: '%START_TIME%',
    listener: name,
    remote: '%DOWNSTREAM_REMOTE_ADDRESS%',
    client: '%DOWNSTREAM_PEER_URI_SAN%',
    failure: '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%',
    upstream: '%UPSTREAM_HOST%',
    flags: '%RESPONSE_FLAGS%',
    bytes_sent: '%BYTES_SENT%',
    bytes_received: '%BYTES_RECEIVED%',
    milliseconds: '%DURATION%',
  });
}

/** Every name inside. Who calls the listener outside knows. */
function nameLine({ name }: ExternalListener): object {
  return Object.fromEntries(Object.entries(sniProxyLine(name)).filter(([field]) => field !== 'caller_address'));
}
