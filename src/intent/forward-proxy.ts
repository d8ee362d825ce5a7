import { OriginationIntent } from './origination';

/** A forward proxy outside the mesh that a leg goes by: every value checked, every default applied. */
export interface ForwardProxyIntent {
  /** DNS name of the proxy. */
  readonly host: string;

  /** Addresses of the proxy, canonical and sorted; empty: by DNS. */
  readonly addresses: string[];

  /** Port of the proxy. */
  readonly port: number;

  /**
   * Mode and certificates of TLS to the proxy.
   *
   * @default - the proxy is asked in clear
   */
  readonly tlsOrigination?: OriginationIntent;
}
