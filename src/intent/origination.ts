/** TLS that a proxy puts around a leg to the outside: every value checked, every default applied. */
export interface OriginationIntent {
  /** Port at which the host takes TLS; none: 443 in place of 80, any other port stays. */
  readonly port?: number;

  /** Server name that the proxy sends; none: the host. */
  readonly sni?: string;

  /** Names of which the server's certificate must hold one; none: the host. */
  readonly subjectAltNames?: readonly string[];

  /** Whether the server's certificate is checked at all. */
  readonly verified: boolean;

  /** Whether the proxy presents a certificate of its own. */
  readonly mutual: boolean;
  readonly certificates: CertificatesIntent;

  /** Whether several namespaces show the certificate at one gateway on purpose. */
  readonly shared?: true;

  /** Labels of the pods whose sidecars originate; none: all, or the gateway. */
  readonly workloadSelector?: { readonly [key: string]: string };

  /** Service account of those pods, which reads the Secret. */
  readonly serviceAccount?: string;
}

/** Where a proxy has certificates from: what it presents, and what it checks the server by. */
export type CertificatesIntent =
  | { readonly from: 'secret'; readonly name: string }
  | { readonly from: 'config-map'; readonly namespace: string; readonly name: string }
  | { readonly from: 'files'; readonly clientCertificate?: string; readonly privateKey?: string; readonly caCertificates?: string };

/** In place of a file: the authorities that the proxy's image trusts. */
export const SYSTEM = 'system';

/** The port of the host, once TLS is originated for one that clients dial. */
export function outsidePort(port: number, origination: Pick<OriginationIntent, 'port'> | undefined): number {
  if (!origination) return port;
  return origination.port ?? (port === 80 ? 443 : port);
}

/** What a client certificate is known by at its proxy, if there is one: the Secret, or the file. */
export function clientCertificateOf({ mutual, certificates }: OriginationIntent): string | undefined {
  if (!mutual || certificates.from === 'config-map') return undefined;
  return certificates.from === 'secret' ? `Secret "${certificates.name}"` : `file "${certificates.clientCertificate}"`;
}

/** Name of the Secret among the certificates, if there is one. */
export function secretOf({ certificates }: OriginationIntent): string | undefined {
  return certificates.from === 'secret' ? certificates.name : undefined;
}
