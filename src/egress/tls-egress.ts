import { Construct } from 'constructs';
import { connectionsIntent } from './connection-values';
import { Egress, EgressOptions } from './egress';
import { ForwardProxy } from './forward-proxy';
import { forwardProxyIntent } from './forward-proxy-values';
import { TLS_EGRESS } from './known-props';
import { WildcardResolution } from './wildcard-resolution';
import { isWildcard } from '../intent/egress';
import { Problem } from '../intent/problem';
import { singleAddresses } from '../intent/single-addresses';
import { Values } from '../intent/values';

/** Props of a `TlsEgress`. */
export interface TlsEgressProps extends EgressOptions {
  /**
   * DNS names of the hosts, in lower case. The application's TLS must send them as SNI.
   *
   * `*.example.com` stands for all names under a domain, at any depth, not for the domain itself. Where several egresses or
   * hosts match a name, the most specific one decides.
   */
  readonly hosts: string[];

  /**
   * Single addresses, IPv4 or IPv6, at which all of the hosts are reached.
   *
   * @default - by DNS, wildcards by `resolution`
   */
  readonly addresses?: string[];

  /**
   * Where wildcard hosts lead straight from the sidecar; a route takes its place. With `none()` exact hosts beside them lead to the
   * address that was dialled too.
   *
   * @default WildcardResolution.none(), for an egress with a wildcard and without addresses
   */
  readonly resolution?: WildcardResolution;

  /**
   * Port, from 1 to 65535.
   *
   * @default - `ports`, or 443
   */
  readonly port?: number;

  /**
   * Several ports of the hosts, at most 256; instead of `port`.
   *
   * @default - `port`
   */
  readonly ports?: number[];

  /**
   * Ports at which the application speaks plain HTTP to the same hosts, such as 80 where a site redirects `http://` to `https://`; not
   * 443, and for exact hosts. Istio keeps one DestinationRule a host, so that no HttpEgress can stand beside this one.
   *
   * @default - none
   */
  readonly httpPorts?: number[];

  /**
   * Forward proxy that the sidecar goes by, to each host on the one port of the egress; give it to the route instead to go by the gateway.
   *
   * @default - straight to the hosts
   */
  readonly forwardProxy?: ForwardProxy;
}

/**
 * TLS hosts outside the mesh, told apart by the SNI that the application's own TLS sends, end to end.
 *
 * The name decides, not the address that was dialled. Only a wildcard straight from the sidecar with `WildcardResolution.none()` goes to
 * the address dialled.
 *
 * @example
 * new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
 * new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org'], resolution: WildcardResolution.dynamicDns() });
 */
export class TlsEgress extends Egress {
  public constructor(scope: Construct, id: string, props: TlsEgressProps) {
    const values = new Values(scope, id);
    values.props(TlsEgress, new.target, props, TLS_EGRESS);
    const namespace = values.namespace(props.namespace);
    const hosts = values.list('hosts', values.required('hosts', props.hosts), (prop, host) => values.host(prop, host, true)).sort();
    const clients = values.clients(props.exportTo, namespace);
    const wildcard = hosts.find(isWildcard);
    const tlsPorts = props.port === undefined && props.ports === undefined ? [443] : values.ports(props.port, props.ports);
    const httpPorts = httpPortsOf(values, props, tlsPorts, wildcard);
    const ports = httpPorts === undefined ? tlsPorts : values.ports(undefined, [...tlsPorts, ...httpPorts]);
    if (props.forwardProxy && wildcard !== undefined) {
      values.refuse(Problem.TUNNEL_OF_SEVERAL, `a forward proxy is given for the wildcard "${wildcard}"`, 'it is asked for one host: list the exact hosts');
    }
    super(scope, id);
    this._declare(props, {
      path: values.path,
      namespace,
      clients,
      protocol: 'TLS',
      hosts,
      addresses: singleAddresses(values, 'addresses', props.addresses),
      ports,
      httpPorts,
      wildcardResolution: resolutionOf(values, hosts, props),
      forwardProxy: forwardProxyIntent(values, props.forwardProxy, { at: 'sidecar', namespace, clients, hosts: 1, ports: ports.length }),
      connections: connectionsIntent(values, props),
    });
  }
}

function httpPortsOf(
  values: Values, { httpPorts, forwardProxy }: TlsEgressProps, tlsPorts: readonly number[], wildcard: string | undefined,
): number[] | undefined {
  if (httpPorts === undefined || httpPorts.length === 0) return undefined;
  const ports = values.list('httpPorts', httpPorts, (prop, port) => values.port(prop, port)).sort((a, b) => a - b);
  if (ports.includes(443)) {
    values.refuse(Problem.HTTP_ON_HTTPS_PORT, 'httpPorts has 443, which breaks the HTTPS of every client to any other host',
      tlsPorts.includes(443) ? 'leave it out: TLS has it' : 'leave it out, and name it in ports, for TLS');
  }
  if (wildcard !== undefined) {
    values.refuse(Problem.CONTRADICTING_PROPS, `httpPorts is given, and hosts has the wildcard "${wildcard}"`, 'give them to an egress of exact hosts, beside this one');
  }
  if (forwardProxy !== undefined) {
    values.refuse(Problem.TUNNEL_OF_HTTP, 'httpPorts is given, and a forward proxy is asked by CONNECT, which proxies allow for TLS', 'leave httpPorts out, and let the application speak TLS');
  }
  return ports;
}

function resolutionOf(values: Values, hosts: string[], { addresses = [], resolution }: TlsEgressProps): 'NONE' | 'DYNAMIC_DNS' | undefined {
  if (resolution === undefined) {
    return addresses.length === 0 && hosts.some(isWildcard) ? WildcardResolution.none()._resolution : undefined;
  }
  const name = values.kindOf('resolution', resolution, 'a WildcardResolution: none() or dynamicDns()', one => one instanceof WildcardResolution)._resolution;
  const exact = hosts.find(host => !isWildcard(host));
  if (addresses.length > 0) {
    values.refuse(Problem.CONTRADICTING_PROPS, `both addresses and resolution ${name} are given`, 'leave resolution out, and the hosts are at these addresses; or leave addresses out');
  }
  if (exact !== undefined && (name === 'DYNAMIC_DNS' || !hosts.some(isWildcard))) {
    values.refuse(Problem.CONTRADICTING_PROPS, `resolution is ${name}, and hosts has the exact "${exact}"`,
      name === 'DYNAMIC_DNS' ? 'Istio takes only wildcards here: give exact hosts an egress of their own' : 'leave resolution out: exact hosts are resolved by DNS');
  }
  if (name === 'DYNAMIC_DNS') values.since(30, 'resolution is DYNAMIC_DNS', 'leave resolution out, or lead the egress through an SniProxyGateway');
  return name;
}
