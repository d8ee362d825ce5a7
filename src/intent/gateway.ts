import { MountIntent } from './mount';
import { SniProxyIntent } from './sni-proxy';
import { WorkloadIntent } from './workload';

/** A gateway that routes lead through: every value checked, every default applied. */
export interface GatewayIntent {
  /** Path of the construct that names it. */
  readonly path: string;

  /** Namespace of the gateway's Service and pods. */
  readonly namespace: string;

  /** Name of the gateway's Service. */
  readonly service: string;

  /** DNS name of the gateway's Service. */
  readonly host: string;

  /** Labels that select the gateway's pods. */
  readonly selector: { readonly [key: string]: string };

  /** SPIFFE URI in the certificate of the gateway's pods. */
  readonly identity: string;

  /** Port of the Service that mutual TLS and passthrough hops enter by. */
  readonly port: number;

  /** What leads to the hosts of wildcards. */
  readonly sniProxy?: SniProxyIntent;

  /** The pods, of a gateway that the app runs itself. */
  readonly workload?: WorkloadIntent;

  /** Files that its proxies have, sorted by path; none: its owner mounts them. */
  readonly mounts?: readonly MountIntent[];

  /** Ports that the Service has whatever leads through it. */
  readonly ports?: readonly number[];

  /** Labels and annotations of what the app's routes share there. */
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
}

/** What a gateway is, and messages call it: its Service, as `namespace/service`. However many constructs name it, it is one. */
export function gatewayName({ namespace, service }: Pick<GatewayIntent, 'namespace' | 'service'>): string {
  return `${namespace}/${service}`;
}
