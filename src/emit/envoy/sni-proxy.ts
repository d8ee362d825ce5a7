import { duration } from '../duration';
import { sniProxyLine } from './audit-line';
import { SniProxyIntent } from '../../intent/sni-proxy';
import { SniListener, SniNames } from '../../plan/plan';

const TYPE = 'type.googleapis.com/envoy.extensions';
const LOOKUP = new Map([['IPV4', 'V4_ONLY'], ['IPV6', 'V6_ONLY'], ['ANY', 'ALL']]);

/**
 * Written in no NetworkPolicy, because Kubernetes takes it for all of IPv4. The kernel sends what goes to such an address as IPv4, where
 * the policy's ranges of IPv4 hold it.
 */
const IPV4_MAPPED = '::ffff:0:0/96';

/**
 * Names that one listener remembers at a time; further ones are refused. Envoy looks whether a name is still used when it resolves it anew: when
 * the DNS says that the answer is old, and of one that has no answer after a while.
 */
const MOST_NAMES = 16384;
const UNUSED = '20s';
const WITHOUT_ANSWER = '30s';

/** The cluster that resolves the names which clients of a listener send. */
export function upstream(listener: SniNames, proxy: SniProxyIntent): object {
  return {
    name: clusterOf(listener),
    lb_policy: 'CLUSTER_PROVIDED',
    connect_timeout: duration(proxy.connectTimeout),
    cluster_type: {
      name: 'envoy.clusters.dynamic_forward_proxy',
      typed_config: { '@type': `${TYPE}.clusters.dynamic_forward_proxy.v3.ClusterConfig`, 'dns_cache_config': dnsCache(listener, proxy) },
    },
  };
}

/** The listener on the socket of a route. The gateway tells it who calls by the PROXY protocol. */
export function listenerOf(listener: SniListener, proxy: SniProxyIntent): object {
  return {
    name: clusterOf(listener),
    address: { pipe: { path: listener.socket } },
    ...byName(listener, proxy, sniProxyLine(listener.ownName), [
      { name: 'envoy.filters.listener.proxy_protocol', typed_config: { '@type': `${TYPE}.filters.listener.proxy_protocol.v3.ProxyProtocol` } },
    ]),
  };
}

/** What a listener does: its names go to where they resolve to, everything else matches no chain. Each connection is a line of the log. */
export function byName(listener: SniNames, proxy: SniProxyIntent, line: object, first: readonly object[] = []): object {
  return {
    // a name that no chain takes reaches no filter that could log it
    access_log: [{ ...stdoutLog(line), filter: { response_flag_filter: { flags: ['NR'] } } }],
    listener_filters: [...first, { name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': `${TYPE}.filters.listener.tls_inspector.v3.TlsInspector` } }],
    filter_chains: [{
      filter_chain_match: { server_names: [...listener.hosts] },
      filters: [
        {
          name: 'envoy.filters.network.sni_dynamic_forward_proxy',
          typed_config: {
            '@type': `${TYPE}.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig`,
            'port_value': listener.port,
            'save_upstream_address': true,
            'dns_cache_config': dnsCache(listener, proxy),
          },
        },
        deniedAddresses(listener, proxy),
        {
          name: 'envoy.filters.network.tcp_proxy',
          typed_config: {
            '@type': `${TYPE}.filters.network.tcp_proxy.v3.TcpProxy`,
            'stat_prefix': clusterOf(listener),
            'cluster': clusterOf(listener),
            'idle_timeout': duration(proxy.idleTimeout),
            'access_log': [stdoutLog(line)],
          },
        },
      ],
    }],
  };
}

/** The name that a listener and its cluster share. */
export function clusterOf({ name }: SniNames): string {
  return `sni-proxy-${name}`;
}

/** A cache for each listener, so that one tenant's names do not push out another's. Without search domains, which are the cluster's. */
function dnsCache(listener: SniNames, { resolver, addressFamily }: SniProxyIntent): object {
  return {
    name: clusterOf(listener),
    dns_lookup_family: LOOKUP.get(addressFamily),
    max_hosts: MOST_NAMES,
    host_ttl: UNUSED,
    dns_refresh_rate: WITHOUT_ANSWER,
    typed_dns_resolver_config: {
      name: 'envoy.network.dns_resolver.cares',
      typed_config: {
        '@type': `${TYPE}.network.dns_resolver.cares.v3.CaresDnsResolverConfig`,
        'dns_resolver_options': { no_default_search_domain: true },
        ...(resolver === undefined ? {} : { resolvers: [{ socket_address: { address: resolver, port_value: 53 } }] }),
      },
    },
  };
}

function deniedAddresses(listener: SniNames, { deniedRanges, allowedRanges }: SniProxyIntent): object {
  const anyOf = (ranges: readonly string[]) => ({ or_rules: { rules: ranges.map(leadsTo) } });
  const denied = anyOf([...deniedRanges, IPV4_MAPPED].sort());
  return {
    name: 'envoy.filters.network.rbac',
    typed_config: {
      '@type': `${TYPE}.filters.network.rbac.v3.RBAC`,
      'stat_prefix': `${clusterOf(listener)}.`,
      'rules': {
        action: 'DENY',
        policies: {
          'denied-ranges': {
            permissions: [allowedRanges.length === 0 ? denied : { and_rules: { rules: [denied, { not_rule: anyOf(allowedRanges) }] } }],
            principals: [{ any: true }],
          },
        },
      },
    },
  };
}

function leadsTo(range: string): object {
  const [address, bits] = range.split('/');
  return {
    matcher: {
      name: 'envoy.rbac.matchers.upstream_ip_port',
      typed_config: {
        '@type': `${TYPE}.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher`,
        'upstream_ip': { address_prefix: address, prefix_len: Number(bits) },
      },
    },
  };
}

/** An access log on stdout, in JSON. */
export function stdoutLog(format: object): object {
  return {
    name: 'envoy.access_loggers.stdout',
    typed_config: { '@type': `${TYPE}.access_loggers.stream.v3.StdoutAccessLog`, 'log_format': { json_format: format } },
  };
}
