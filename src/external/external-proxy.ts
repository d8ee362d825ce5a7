import { Construct } from 'constructs';
import { ExternalProxyBase } from './external-proxy-base';
import { ExternalProxyOptions } from './external-proxy-options';
import { EXTERNAL_PROXY } from './known-props';
import { Values } from '../intent/values';

/** Props of an `ExternalProxy`. */
export interface ExternalProxyProps extends ExternalProxyOptions {
  /** DNS name that clients dial, in lower case; server name of the mutual TLS as well. */
  readonly host: string;

  /** Port of the proxy, from 1 to 65535. */
  readonly port: number;
}

/**
 * A proxy outside the mesh that is a member of its trust by certificate, such as an F5 BIG-IP, an Envoy or an nginx, for TCP.
 *
 * ```
 *  sidecar ──mutual TLS of the mesh──► the proxy ──► whatever it guards
 * ```
 *
 * By mutual TLS (mTLS) the sidecar presents the workload's certificate and demands the proxy's SPIFFE URI; the proxy demands a client
 * certificate and decides by its SPIFFE URI. It emits a ServiceEntry and a DestinationRule.
 *
 * @example
 * new ExternalProxy(chart, 'bigip', {
 *   host: 'echo.bigip.example.com',
 *   addresses: ['192.0.2.7'],
 *   port: 9000,
 *   identity: WorkloadIdentity.serviceAccount('edge', 'bigip'),
 *   allowFrom: [WorkloadIdentity.serviceAccount('trusted', 'sleep')],
 * });
 */
export class ExternalProxy extends ExternalProxyBase {
  public constructor(scope: Construct, id: string, props: ExternalProxyProps) {
    new Values(scope, id).props(ExternalProxy, new.target, props, EXTERNAL_PROXY);
    super(scope, id, props, values => {
      const port = values.port('port', values.required('port', props.port));
      return { protocol: 'TCP', hosts: [values.host('host', values.required('host', props.host))], port, proxyPort: port };
    });
  }
}
