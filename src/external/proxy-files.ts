/** Files that a proxy outside has, in PEM. It reads them when it starts, so that a new certificate takes a reload. */
export interface ProxyFiles {
  /** Path of the proxy's certificate, with the chain to the mesh's roots. */
  readonly certificate: string;

  /** Path of its key. */
  readonly key: string;

  /** Path of the mesh's roots. */
  readonly trustBundle: string;
}

/** Where a proxy outside leads those whom it lets in. */
export interface ProxyUpstream {
  /** DNS name or address, as the proxy knows it. */
  readonly upstreamHost: string;

  /** Port, from 1 to 65535. */
  readonly upstreamPort: number;
}
