import { TlsOrigination } from './tls-origination';

/** Options of a forward proxy. */
export interface ForwardProxyOptions {
  /** DNS name of the proxy, in lower case. */
  readonly host: string;

  /** Port of the proxy, from 1 to 65535. */
  readonly port: number;

  /**
   * Single addresses of the proxy, IPv4 or IPv6.
   *
   * @default - by DNS
   */
  readonly addresses?: string[];

  /**
   * TLS to the proxy itself, without a `port`.
   *
   * @default - the proxy is asked in clear; what goes through it is not changed by that
   */
  readonly tlsOrigination?: TlsOrigination;
}

/**
 * An HTTP proxy outside the mesh, such as a company's, that is asked by CONNECT for each connection. Istio has no field for a user and
 * password of the proxy.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/http-proxy/
 */
export class ForwardProxy {
  /**
   * A proxy that is asked by HTTP CONNECT.
   *
   * @example
   * ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 });
   */
  public static connect(options: ForwardProxyOptions): ForwardProxy {
    return new ForwardProxy(options);
  }

  private constructor(/** @internal */ public readonly _options: ForwardProxyOptions) {}
}
