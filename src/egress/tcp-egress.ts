import { Construct } from 'constructs';
import { connectionsIntent } from './connection-values';
import { Egress, EgressOptions } from './egress';
import { ForwardProxy } from './forward-proxy';
import { forwardProxyIntent } from './forward-proxy-values';
import { TCP_EGRESS } from './known-props';
import { originationIntent } from './origination-values';
import { TlsOrigination } from './tls-origination';
import { isSingle } from '../intent/addresses';
import { appOf } from '../intent/app';
import { outsidePort } from '../intent/origination';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Protocols over TCP that Istio knows by name. Traffic goes the same way; MONGO, MYSQL and REDIS add statistics at the sidecar. */
export enum TcpProtocol {
  /** Any bytes. */
  TCP = 'TCP',
  /** MongoDB's wire protocol. */
  MONGO = 'MONGO',
  /** MySQL's; statistics only where istiod has `PILOT_ENABLE_MYSQL_FILTER`. */
  MYSQL = 'MYSQL',
  /** Redis'; statistics only where istiod has `PILOT_ENABLE_REDIS_FILTER`. */
  REDIS = 'REDIS',
}

/** Props of a `TcpEgress`. */
export interface TcpEgressProps extends EgressOptions {
  /**
   * DNS name of the host, in lower case, for DNS, statistics and logs: TCP carries no name, and connections are told apart by
   * `addresses`.
   */
  readonly host: string;

  /**
   * Addresses that clients dial: IPv4, IPv6, or CIDRs with host bits zero; at most 256. Through a gateway they must be single
   * addresses, and the gateway may take any of them for a connection.
   *
   * @default - an error, unless `anyAddress` is true
   */
  readonly addresses?: string[];

  /**
   * Takes every connection of the clients to the port, whatever its address, and leads it to `host` as DNS resolves it. For a host whose
   * addresses change, on a port that nothing else outside uses; addresses that other egresses list are left to them, and so is what
   * `clusterRanges` of `EgressApp.configure` holds: unless that is given, connections to pods inside the cluster are taken as well. With DNS capture and
   * allocated addresses (`ISTIO_META_DNS_CAPTURE`) only connections to the host itself are taken.
   *
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/
   * @default false
   */
  readonly anyAddress?: boolean;

  /**
   * Port, from 1 to 65535.
   *
   * @default - `ports`
   */
  readonly port?: number;

  /**
   * Several ports of the host, at most 256; instead of `port`.
   *
   * @default - `port`
   */
  readonly ports?: number[];

  /**
   * What is spoken on the ports.
   *
   * @default TcpProtocol.TCP
   */
  readonly protocol?: TcpProtocol;

  /**
   * TLS that the sidecar puts around what the application speaks. Through a gateway over a passthrough hop it goes on inside; for TLS
   * that begins at the gateway, give it to the route.
   *
   * @default - none
   */
  readonly tlsOrigination?: TlsOrigination;

  /**
   * Forward proxy that the sidecar goes by, to `host` on the one port of the egress; give it to the route instead to go by the gateway.
   *
   * @default - straight to the host
   */
  readonly forwardProxy?: ForwardProxy;
}

/**
 * A TCP host outside the mesh, told apart by its addresses and port.
 *
 * @example
 * new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
 */
export class TcpEgress extends Egress {
  public constructor(scope: Construct, id: string, props: TcpEgressProps) {
    const values = new Values(scope, id);
    values.props(TcpEgress, new.target, props, TCP_EGRESS);
    const namespace = values.namespace(props.namespace);
    const clients = values.clients(props.exportTo, namespace);
    const addresses = addressesOf(values, props);
    const ports = values.ports(props.port, props.ports);
    const originator = { at: 'sidecar' as const, namespace, clients, hosts: 1, ports: ports.length };
    single(values, addresses, ports, props);
    super(scope, id);
    this._declare(props, {
      path: values.path,
      namespace,
      clients,
      protocol: protocolOf(values, props.protocol),
      hosts: [values.host('host', values.required('host', props.host))],
      addresses,
      exceptAddresses: addresses.length > 0 ? undefined : appOf(this).clusterRanges,
      ports,
      tlsOrigination: originationIntent(values, props.tlsOrigination, originator),
      forwardProxy: forwardProxyIntent(values, props.forwardProxy, originator),
      connections: connectionsIntent(values, props),
    });
  }
}

function single(values: Values, addresses: readonly string[], ports: readonly number[], { tlsOrigination, forwardProxy }: TcpEgressProps): void {
  if (forwardProxy && tlsOrigination) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'both forwardProxy and tlsOrigination are given', 'Istio has one TLS a leg: leave tlsOrigination out, declare a TlsEgress, and let the application speak TLS');
  }
  const range = addresses.find(address => !isSingle(address));
  const moved = tlsOrigination && ports.find(port => outsidePort(port, { port: tlsOrigination._options?.port }) !== port);
  if (range !== undefined && (forwardProxy || moved !== undefined)) {
    values.refuse(Problem.INVALID_ADDRESS, `addresses has the range "${range}", and ${forwardProxy ? 'a forward proxy' : `the TLS origination of port ${moved}, at another port,`} leads to one place`,
      'list single addresses');
  }
}

function protocolOf(values: Values, protocol: TcpProtocol = TcpProtocol.TCP): TcpProtocol {
  const known = Object.values(TcpProtocol);
  if (!known.includes(protocol)) {
    values.refuse(Problem.INVALID_PROTOCOL, `protocol is ${JSON.stringify(protocol)}`, `give one of ${known.join(', ')}; TLS hosts are a TlsEgress, HTTP hosts an HttpEgress`);
  }
  return protocol;
}

function addressesOf(values: Values, { addresses, anyAddress }: TcpEgressProps): string[] {
  values.flag('anyAddress', anyAddress);
  if (anyAddress && addresses !== undefined) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'both addresses and anyAddress are given', 'give addresses, or anyAddress for every connection to the port');
  }
  if (!anyAddress && addresses === undefined) {
    values.refuse(Problem.ADDRESSES_NOT_GIVEN, 'addresses are not given, and without them every connection to the port would be taken, whoever it is for',
      'list the addresses that clients dial, or say anyAddress: true if that is wanted');
  }
  return addresses === undefined ? [] : values.addresses('addresses', addresses);
}
