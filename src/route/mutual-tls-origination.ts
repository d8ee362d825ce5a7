import { Construct } from 'constructs';
import { EgressGatewayRoute } from './egress-gateway-route';
import { ConnectionOptions } from '../egress/connection-options';
import { EgressOptions, IEgress } from '../egress/egress';
import { HttpEgress } from '../egress/http-egress';
import { RequestOptions } from '../egress/request-options';
import { ClientCertificate, TlsOrigination, TlsOriginationOptions } from '../egress/tls-origination';
import { IEgressGateway } from '../gateway/egress-gateway-base';
import { GatewayHop } from '../gateway/gateway-hop';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/**
 * Props of a `MutualTlsOrigination`. Limits of connections are those to the host, of the proxy that shows the certificate; requests are those of the egress that is made of
 * `host`.
 */
export interface MutualTlsOriginationProps extends TlsOriginationOptions, ConnectionOptions, RequestOptions {
  /**
   * DNS name of the host, to which the application speaks HTTP on port 80.
   *
   * @default - `egress`
   */
  readonly host?: string;

  /**
   * An egress of plain HTTP or TCP to take instead of a host, without TLS of its own; for other ports, addresses or clients. With `gateway`.
   *
   * @default - an HttpEgress of `host`
   */
  readonly egress?: IEgress;

  /**
   * The gateway that shows the certificate.
   *
   * @default - the sidecar shows it: give workloadSelector and serviceAccount for a Secret
   */
  readonly gateway?: IEgressGateway;

  /**
   * How the way from the sidecar to the gateway is secured.
   *
   * @default GatewayHop.mutualTls()
   */
  readonly hop?: GatewayHop;

  /** What is shown to the host, and checks it. */
  readonly clientCertificate: ClientCertificate;

  /**
   * Namespace, clients, labels and annotations of the egress that is made of `host`, and, with `gateway`, limits of the sidecars' connections to it.
   *
   * @default - those of the chart
   */
  readonly egressOptions?: EgressOptions;
}

/**
 * The application speaks HTTP to a host that demands a client certificate, and the gateway, or its sidecar, shows it.
 *
 * ```
 *  application ──HTTP──► sidecar ──mutual TLS of the mesh──► gateway ──TLS with the certificate──► host
 * ```
 *
 * It is an `HttpEgress` and, with a gateway, an `EgressGatewayRoute` with `TlsOrigination.mutual`. The application calls
 * `http://<host>`; `https://` on that port is not this egress, and is refused by a mesh with `REGISTRY_ONLY`.
 *
 * @example
 * new MutualTlsOrigination(chart, 'partner', {
 *   host: 'partner.example.com', gateway, clientCertificate: ClientCertificate.fromSecret('partner-client'),
 * });
 */
export class MutualTlsOrigination extends Construct {
  /** What may leave: the one given, or the one made of `host`. */
  public readonly egress: IEgress;

  /** The way through the gateway; none where the sidecar shows the certificate. */
  public readonly route?: EgressGatewayRoute;

  public constructor(scope: Construct, id: string, props: MutualTlsOriginationProps) {
    super(scope, id);
    const values = new Values(scope, id);
    const { host, egress, gateway, hop, clientCertificate, egressOptions, ...others } = props;
    const { maxRequests, timeout, retries, perTryTimeout, retryOn, ...more } = others;
    const { maxConnections, connectTimeout, consecutive5xxErrors, interval, baseEjectionTime, maxEjectionPercent, ...options } = more;
    const requests = given({ maxRequests, timeout, retries, perTryTimeout, retryOn });
    const connections = given({ maxConnections, connectTimeout, consecutive5xxErrors, interval, baseEjectionTime, maxEjectionPercent });
    const tlsOrigination = TlsOrigination.mutual({ ...options, clientCertificate: values.required('clientCertificate', clientCertificate) });
    if ((host === undefined) === (egress === undefined)) {
      values.refuse(Problem.CONTRADICTING_PROPS, `${host === undefined ? 'neither host nor egress is' : 'both host and egress are'} given`, 'give one of the two');
    }
    if (egress !== undefined && (gateway === undefined || egressOptions !== undefined)) {
      values.refuse(Problem.CONTRADICTING_PROPS, `egress is given ${gateway === undefined ? 'without a gateway' : 'with egressOptions'}`,
        gateway === undefined ? 'give the gateway that it is routed by; at the sidecar, give tlsOrigination to the egress itself' : 'give them to the egress');
    }
    const [request] = Object.keys(requests);
    if (egress !== undefined && request !== undefined) {
      values.refuse(Problem.CONTRADICTING_PROPS, `egress is given with ${request}`, 'give it to the egress');
    }
    if (gateway === undefined && hop !== undefined) {
      values.refuse(Problem.CONTRADICTING_PROPS, 'hop is given without a gateway', 'give the gateway, or leave hop out');
    }
    this.egress = egress ?? new HttpEgress(this, 'Egress', {
      ...egressOptions, ...requests, hosts: [host!], ...(gateway === undefined ? { ...connections, tlsOrigination } : {}),
    });
    this.route = gateway && new EgressGatewayRoute(this, 'Route', { ...connections, egress: this.egress, gateway, hop, tlsOrigination });
  }
}

/** Without what is not given, which would overwrite. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
