/** What a proxy outside needs, to be let in and to let in. */
export interface ExternalProxyRequirements {
  /** Name for what is configured on the proxy; unique in the app, at most 63 characters. */
  readonly name: string;

  /** Addresses that it listens on, sorted. */
  readonly addresses: string[];

  /** Port that it listens on. */
  readonly port: number;

  /** Server name that sidecars send. */
  readonly sni: string;

  /** URI that its certificate must have as subject alternative name. The certificate must be issued under the mesh's roots. */
  readonly certificateUri: string;

  /** Where the roots are that it must verify clients with. */
  readonly trustBundle: string;

  /** SPIFFE URIs of the clients that it must let in, and no others, sorted; `*` stands for the service accounts of a namespace. */
  readonly allowedFrom: string[];

  /**
   * Hosts that it must lead to by the name that the TLS inside the mesh's sends, and to no others, sorted; `*.` stands for all names
   * under a domain.
   *
   * @default - it leads to whatever it guards
   */
  readonly hosts?: string[];

  /**
   * Port of those hosts.
   *
   * @default - it leads to whatever it guards
   */
  readonly hostsPort?: number;
}
