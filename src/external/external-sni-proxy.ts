import { Construct } from 'constructs';
import { ExternalProxyBase } from './external-proxy-base';
import { ExternalProxyOptions } from './external-proxy-options';
import { EXTERNAL_SNI_PROXY } from './known-props';
import { Values } from '../intent/values';

/** Props of an `ExternalSniProxy`. */
export interface ExternalSniProxyProps extends ExternalProxyOptions {
  /**
   * DNS names of the hosts that the proxy leads to, in lower case. The application's TLS must send them as SNI.
   *
   * `*.example.com` stands for all names under a domain, at any depth, not for the domain itself.
   */
  readonly hosts: string[];

  /**
   * Port of the hosts, which the application dials, from 1 to 65535.
   *
   * @default 443
   */
  readonly port?: number;

  /** Port of the proxy, from 1 to 65535: one for each `ExternalSniProxy` that it is. */
  readonly proxyPort: number;
}

/**
 * TLS hosts that are reached by way of a proxy outside the mesh, which is a member of its trust by certificate: an Envoy or an nginx.
 *
 * ```
 *  sidecar ──application's TLS inside mutual TLS of the mesh──► the proxy ──application's TLS──► any of the hosts
 * ```
 *
 * The sidecar presents the workload's certificate and demands the proxy's SPIFFE URI. The proxy takes the mutual TLS (mTLS) off, decides by
 * the client's SPIFFE URI, and leads to the host that the application's TLS names, if it is one of `hosts`; it sees nothing of what is
 * spoken. It emits a ServiceEntry and a DestinationRule for each host.
 *
 * @example
 * const proxy = new ExternalSniProxy(chart, 'partners', {
 *   hosts: ['api.example.com', '*.example.net'],
 *   addresses: ['192.0.2.7'],
 *   proxyPort: 8443,
 *   identity: WorkloadIdentity.serviceAccount('edge', 'proxy'),
 *   allowFrom: [WorkloadIdentity.serviceAccount('trusted', 'sleep')],
 * });
 */
export class ExternalSniProxy extends ExternalProxyBase {
  public constructor(scope: Construct, id: string, props: ExternalSniProxyProps) {
    new Values(scope, id).props(ExternalSniProxy, new.target, props, EXTERNAL_SNI_PROXY);
    super(scope, id, props, values => ({
      protocol: 'TLS',
      hosts: values.list('hosts', values.required('hosts', props.hosts), (prop, host) => values.host(prop, host, true)).sort(),
      port: values.port('port', props.port ?? 443),
      proxyPort: values.port('proxyPort', values.required('proxyPort', props.proxyPort)),
    }));
  }
}
