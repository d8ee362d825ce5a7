import { Construct } from 'constructs';
import { EgressGatewayRoute } from './egress-gateway-route';
import { MUTUAL_TLS_ORIGINATION } from './known-props';
import { ConnectionOptions } from '../egress/connection-options';
import { Egress, EgressOptions, IEgress } from '../egress/egress';
import { HttpEgress } from '../egress/http-egress';
import { CONNECTION_OPTIONS, EGRESS_OPTIONS, MUTUAL_TLS, REQUEST_OPTIONS } from '../egress/known-props';
import { RequestOptions } from '../egress/request-options';
import { ClientCertificate, MutualTlsOptions, TlsOrigination, TlsOriginationOptions } from '../egress/tls-origination';
import { IEgressGateway } from '../gateway/egress-gateway-base';
import { GatewayHop } from '../gateway/gateway-hop';
import { Keys } from '../intent/known';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';
import { WorkloadIdentity } from '../policy/workload-identity';

/**
 * Props of a `MutualTlsOrigination`. Connection pool and outlier detection are those of the proxy that shows the certificate, to the host;
 * timeouts and retries those of the egress that is made of `host`.
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

  /**
   * The only workloads of client namespaces that the gateway lets in; with `gateway`.
   *
   * @default - every workload of the clients
   */
  readonly allowFrom?: WorkloadIdentity[];

  /**
   * Labels for every emitted object.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /** What is shown to the host, and the CA that the host is checked by. */
  readonly clientCertificate: ClientCertificate;

  /**
   * Namespace, clients, labels and annotations of the egress that is made of `host`; with `gateway` also limits of the sidecars' connections.
   *
   * @default - those of the chart
   */
  readonly egressOptions?: EgressOptions;
}

/**
 * A host that demands a client certificate, to which the application speaks HTTP: the gateway, or the sidecar, shows the certificate.
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
  /** What may leave: that of the egress given, or the one made of `host`. */
  public readonly egress: Egress;

  /** The egress made of `host`; none where one was given. */
  public readonly httpEgress?: HttpEgress;

  /** The way through the gateway; none where the sidecar shows the certificate. */
  public readonly route?: EgressGatewayRoute;

  public constructor(scope: Construct, id: string, props: MutualTlsOriginationProps) {
    super(scope, id);
    const values = Values.of(this);
    values.props(MutualTlsOrigination, new.target, props, MUTUAL_TLS_ORIGINATION);
    const { host, egress, gateway, hop, egressOptions } = props;
    const requests = those(props, REQUEST_OPTIONS);
    const connections = those(props, CONNECTION_OPTIONS);
    values.required('clientCertificate', props.clientCertificate);
    const tlsOrigination = TlsOrigination.mutual(those(props, MUTUAL_TLS) as MutualTlsOptions);
    if ((host === undefined) === (egress === undefined)) {
      values.refuse(Problem.CONTRADICTING_PROPS, `${host === undefined ? 'neither host nor egress is' : 'both host and egress are'} given`, 'give one of the two');
    }
    if (egress !== undefined && (gateway === undefined || egressOptions !== undefined)) {
      values.refuse(Problem.CONTRADICTING_PROPS, `egress is given ${gateway === undefined ? 'without a gateway' : 'with egressOptions'}`,
        gateway === undefined ? 'give the gateway that it is routed by; at the sidecar, give tlsOrigination to the egress itself' : 'give them to the egress');
    }
    const limits = Object.keys(requests).join(' and ');
    if (egress !== undefined && limits !== '') {
      values.refuse(Problem.CONTRADICTING_PROPS, `egress is given with ${limits}`, 'give it to the egress');
    }
    if (gateway === undefined && (hop !== undefined || props.allowFrom !== undefined)) {
      values.refuse(Problem.CONTRADICTING_PROPS, `${hop === undefined ? 'allowFrom' : 'hop'} is given without a gateway`,
        hop === undefined ? 'give the gateway: a workload\'s own sidecar cannot hold it back' : 'give the gateway, or leave it out');
    }
    if (egressOptions !== undefined) values.known('egressOptions', egressOptions, EGRESS_OPTIONS);
    const labels = { ...props.labels, ...egressOptions?.labels };
    const annotations = { ...props.annotations, ...egressOptions?.annotations };
    this.httpEgress = egress ? undefined : new HttpEgress(this, 'Egress', {
      ...egressOptions, labels, annotations, ...requests, hosts: [host!], ...(gateway === undefined ? { ...connections, tlsOrigination } : {}),
    });
    this.egress = this.httpEgress ?? egress!.egress;
    this.route = gateway && new EgressGatewayRoute(this, 'Route', {
      ...connections,
      egress: this.egress,
      gateway,
      hop,
      tlsOrigination,
      allowFrom: props.allowFrom,
      labels: props.labels,
      annotations: props.annotations,
    });
  }
}

/** Those props that are options of something else, as far as they are given. */
function those<O extends object>(props: O, keys: Keys<O>): O {
  return Object.fromEntries(Object.entries(props).filter(([key, value]) => value !== undefined && Object.hasOwn(keys, key))) as O;
}
