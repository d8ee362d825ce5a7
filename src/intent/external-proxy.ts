/** A proxy outside that sidecars go by over mutual TLS of the mesh: every value checked, every default applied. */
export interface ExternalProxyIntent {
  /** Addresses of the proxy, canonical and sorted. */
  readonly addresses: string[];

  /** Port of the proxy. */
  readonly port: number;

  /** Server name that sidecars send. */
  readonly sni: string;

  /** SPIFFE URI that the proxy's certificate must have. */
  readonly identity: string;

  /** SPIFFE URIs of the workloads that the proxy lets in, sorted; `*` stands for the service accounts of a namespace. */
  readonly allowedFrom: string[];
}
