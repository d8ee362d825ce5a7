import { IdentityIntent } from './identity';

/** A proxy outside that sidecars go by over mutual TLS of the mesh: every value checked, every default applied. */
export interface ExternalProxyIntent {
  /** Addresses of the proxy, canonical and sorted. */
  readonly addresses: readonly string[];

  /** Port of the proxy. */
  readonly port: number;

  /** Server name that sidecars send. */
  readonly sni: string;

  /** SPIFFE URI that the proxy's certificate must have. */
  readonly identity: string;

  /** Trust domain of the mesh. */
  readonly trustDomain: string;

  /** The workloads that the proxy lets in. */
  readonly allowed: readonly IdentityIntent[];
}
