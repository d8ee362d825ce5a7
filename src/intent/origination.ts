/** TLS that a proxy puts around a leg to the outside: every value checked, every default applied. */
export interface OriginationIntent {
  /** Istio's mode: `SIMPLE`, or `MUTUAL` where the proxy presents a client certificate. */
  readonly mode: string;

  /**
   * Port at which the host takes TLS.
   *
   * @default - 443 in place of 80, any other port stays
   */
  readonly port?: number;

  /**
   * Server name that the proxy sends.
   *
   * @default - the host
   */
  readonly sni?: string;

  /**
   * Names of which the server's certificate must hold one.
   *
   * @default - the host
   */
  readonly subjectAltNames?: string[];

  /** Whether the server's certificate is checked at all. */
  readonly verified: boolean;

  /** Where the certificates come from, as the fields of Istio's `tls`; none: the system's CAs. */
  readonly certificates: { [key: string]: string };

  /**
   * Name of the Secret among the certificates.
   *
   * @default - they are in no Secret
   */
  readonly secret?: string;

  /**
   * Labels of the pods whose sidecars originate.
   *
   * @default - all, or the gateway
   */
  readonly workloadSelector?: { [key: string]: string };

  /**
   * Service account of those pods, which reads the Secret.
   *
   * @default - the certificates are in no Secret of a sidecar
   */
  readonly serviceAccount?: string;
}

/** The port of the host, once TLS is originated for one that clients dial. */
export function outsidePort(port: number, origination: OriginationIntent | undefined): number {
  if (!origination) return port;
  return origination.port ?? (port === 80 ? 443 : port);
}
