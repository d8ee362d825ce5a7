import { Construct } from 'constructs';
import { connectionsIntent } from './connection-values';
import { Egress, EgressOptions } from './egress';
import { HTTP_EGRESS } from './known-props';
import { originationIntent } from './origination-values';
import { RequestOptions } from './request-options';
import { requestsIntent } from './request-values';
import { TlsOrigination } from './tls-origination';
import { Problem } from '../intent/problem';
import { singleAddresses } from '../intent/single-addresses';
import { Values } from '../intent/values';

/** What is spoken on the ports of an `HttpEgress`. */
export enum HttpProtocol {
  /** HTTP/1.1, and WebSockets. */
  HTTP = 'HTTP',
  /** HTTP/2 without TLS (h2c), with prior knowledge. */
  HTTP2 = 'HTTP2',
  /** gRPC over HTTP/2 without TLS. */
  GRPC = 'GRPC',
}

/** Props of an `HttpEgress`. */
export interface HttpEgressProps extends EgressOptions, RequestOptions {
  /** Exact DNS names of the hosts, in lower case. The application must send them as Host header. */
  readonly hosts: string[];

  /**
   * Single addresses, IPv4 or IPv6, at which all of the hosts are reached.
   *
   * @default - by DNS
   */
  readonly addresses?: string[];

  /**
   * Port that the application dials, from 1 to 65535, not 443.
   *
   * @default - `ports`, or 80
   */
  readonly port?: number;

  /**
   * Several ports that the application dials, at most 256; instead of `port`.
   *
   * @default - `port`
   */
  readonly ports?: number[];

  /**
   * What the application speaks.
   *
   * @default HttpProtocol.HTTP
   */
  readonly protocol?: HttpProtocol;

  /**
   * TLS that the sidecar puts around what the application speaks. Through a gateway over a passthrough hop it goes on inside; for TLS
   * that begins at the gateway, give it to the route.
   *
   * @default - none: the host is spoken to in clear
   */
  readonly tlsOrigination?: TlsOrigination;
}

/**
 * Plain HTTP hosts outside the mesh, told apart by the Host header that the application sends, which reaches the server as it is.
 *
 * The name decides, not the address that was dialled. A gateway hands bytes on and adds no header, unless the hop to it is
 * `GatewayHop.http()`. The application speaks plain HTTP also where `tlsOrigination` puts TLS around it: `https://` on such a port is not
 * this egress, and is refused, or with `ALLOW_ANY` handed on as it was dialled.
 *
 * @example
 * new HttpEgress(chart, 'api', { hosts: ['api.example.com'] });
 */
export class HttpEgress extends Egress {
  public constructor(scope: Construct, id: string, props: HttpEgressProps) {
    const values = new Values(scope, id);
    values.props(HttpEgress, new.target, props, HTTP_EGRESS);
    const namespace = values.namespace(props.namespace);
    const clients = values.clients(props.exportTo, namespace);
    const hosts = values.list('hosts', values.required('hosts', props.hosts), (prop, host) => hostOf(values, prop, host)).sort();
    const ports = portsOf(values, props);
    const requests = requestsIntent(values, props);
    super(scope, id);
    this._declare(props, {
      path: values.path,
      namespace,
      clients,
      protocol: protocolOf(values, props.protocol),
      hosts,
      addresses: singleAddresses(values, 'addresses', props.addresses),
      ports,
      tlsOrigination: originationIntent(values, props.tlsOrigination, { at: 'sidecar', namespace, clients, hosts: hosts.length, ports: ports.length }),
      connections: connectionsIntent(values, props, props.maxRequests),
      requests,
    });
  }
}

function hostOf(values: Values, prop: string, host: string): string {
  if (typeof host === 'string' && /^https:/i.test(host)) {
    values.refuse(Problem.INVALID_HOST, `${prop} is ${JSON.stringify(host)}, and to https:// the application speaks TLS itself`,
      'declare a TlsEgress of the name alone (a port by itself); or, for an application that calls http://, give the name alone here, and tlsOrigination: TlsOrigination.simple()');
  }
  return values.host(prop, host);
}

function portsOf(values: Values, { port, ports }: HttpEgressProps): number[] {
  const numbers = port === undefined && ports === undefined ? [80] : values.ports(port, ports);
  if (numbers.includes(443)) {
    values.refuse(Problem.HTTP_ON_HTTPS_PORT, 'port 443 is declared as plain HTTP, which breaks the HTTPS of every client to any other host',
      'declare a TlsEgress if the application speaks TLS; or let it dial port 80, and give tlsOrigination: TlsOrigination.simple(), which leads on to 443');
  }
  return numbers;
}

function protocolOf(values: Values, protocol: HttpProtocol = HttpProtocol.HTTP): HttpProtocol {
  const known = Object.values(HttpProtocol);
  if (!known.includes(protocol)) {
    values.refuse(Problem.INVALID_PROTOCOL, `protocol is ${JSON.stringify(protocol)}`, `give one of ${known.join(', ')}; hosts to which the application speaks TLS are a TlsEgress`);
  }
  return protocol;
}
