import { Duration } from 'cdk8s';
import { ResourceOptions } from './resource-options';

/** Addresses of a name that an SNI proxy uses. */
export enum AddressFamily {
  /** IPv4 alone. */
  IPV4 = 'IPV4',
  /** IPv6 alone. */
  IPV6 = 'IPV6',
  /** Both: for pods that reach the outside by both. */
  ANY = 'ANY',
}

/** Options that every SNI proxy has. */
export interface SniProxyOptions {
  /**
   * Address of the DNS server that resolves the names clients send.
   *
   * @default - those of the machine; of a pod, the cluster's
   */
  readonly resolver?: string;

  /**
   * Addresses of a name that are used.
   *
   * @default AddressFamily.IPV4
   */
  readonly addressFamily?: AddressFamily;

  /**
   * Time until a server must have accepted a connection, at least 1 ms.
   *
   * @default Duration.seconds(5)
   */
  readonly connectTimeout?: Duration;

  /**
   * Time without a byte after which a connection is closed, at least 1 ms.
   *
   * @default Duration.hours(1)
   */
  readonly idleTimeout?: Duration;
}

/** Options of `SniProxy.nginx`. The quantities are those of its container. */
export interface NginxSniProxyOptions extends SniProxyOptions, ResourceOptions {
  /**
   * Image with nginx from 1.19.3 and its stream module, `sh` and `awk`, that can run as any user.
   *
   * @default nginxinc/nginx-unprivileged:1.29
   */
  readonly image?: string;

  /**
   * Worker processes, from 1.
   *
   * @default 2
   */
  readonly workers?: number;
}

/** What leads to the hosts of wildcards, by the name that the application's TLS sends. */
export class SniProxy {
  /**
   * nginx, as a second container of the pods. Adding or changing a route to a wildcard rolls the pods. Only the NetworkPolicy keeps names from
   * leading to private addresses: nginx cannot look at the address of a name.
   */
  public static nginx(options: NginxSniProxyOptions = {}): SniProxy {
    return new SniProxy('nginx', options);
  }

  /**
   * The gateway's own proxy, by an EnvoyFilter for each host and port: no second container, and a route changes without a rollout. A name
   * whose first address is a private one is refused before a byte is sent; only the NetworkPolicy keeps its further addresses out.
   *
   * It remembers 16,384 names a route. Whoever may use the route can fill them, and further names are then refused until those are forgotten:
   * half a minute after the flood where the DNS lets answers grow no older, as CoreDNS does by default, else when they are too old for it.
   *
   * Envoy calls the filter alpha, and Istio checks nothing inside an EnvoyFilter: try a new version of Istio before it comes.
   *
   * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/sni_dynamic_forward_proxy_filter
   */
  public static envoy(options: SniProxyOptions = {}): SniProxy {
    return new SniProxy('envoy', options);
  }

  private constructor(
    /** @internal */ public readonly _program: 'nginx' | 'envoy',
    /** @internal */ public readonly _options: NginxSniProxyOptions,
  ) {}
}
