/** What a server outside is checked by: where the certificates of its authorities come from. */
export class CaCertificates {
  /** Those that the proxy's image trusts. */
  public static system(): CaCertificates {
    return new CaCertificates({ caCertificates: 'system' });
  }

  /**
   * A Secret with the key `ca.crt` (or `cacert`), or one that is called `<name>-cacert`; in the namespace of the gateway's pods, or of the
   * egress where the sidecar originates. A sidecar needs `workloadSelector` and `serviceAccount` for it.
   */
  public static fromSecret(name: string): CaCertificates {
    return new CaCertificates({}, name);
  }

  /**
   * A ConfigMap with the key `ca.crt`, in the namespace of the gateway's pods, or of the egress where the sidecar originates. The easiest
   * for sidecars: it needs neither a Role nor a mount.
   */
  public static fromConfigMap(name: string): CaCertificates {
    return new CaCertificates({}, undefined, name);
  }

  /** A file that is mounted in the proxy's container, by its absolute path. */
  public static fromFile(path: string): CaCertificates {
    return new CaCertificates({ caCertificates: path });
  }

  private constructor(
    /** @internal */ public readonly _files: { readonly [key: string]: string },
    /** @internal */ public readonly _secret?: string,
    /** @internal */ public readonly _configMap?: string,
  ) {}
}

/** Options of every client certificate. */
export interface ClientCertificateOptions {
  /**
   * Whether routes of several namespaces show it at one gateway on purpose: the partner cannot tell these namespaces apart. Each of the
   * routes must say it.
   *
   * @default false, and it is an error: whoever may write routes at a gateway can use every Secret and file there
   */
  readonly sharedByNamespaces?: boolean;
}

/** Files of a client certificate, as absolute paths in the proxy's container. */
export interface ClientCertificateFiles extends ClientCertificateOptions {
  /** Certificate chain, PEM. */
  readonly clientCertificate: string;

  /** Private key, PEM. */
  readonly privateKey: string;

  /** Certificates of the authorities that the server is checked by, PEM; or `system` for those of the proxy's image. */
  readonly caCertificates: string;
}

/** What a proxy shows to a server outside: where its client certificate comes from. */
export class ClientCertificate {
  /**
   * A Secret, of type `kubernetes.io/tls` or generic, with `tls.crt` and `tls.key`, and the CA that the server is checked by: as `ca.crt`,
   * or in a second Secret called `<name>-cacert`. It lies in the namespace of the gateway's pods, or of the egress where the sidecar
   * originates; a new certificate in it is used without a restart.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway-tls-origination/
   */
  public static fromSecret(name: string, options: ClientCertificateOptions = {}): ClientCertificate {
    return new ClientCertificate(options, undefined, name);
  }

  /**
   * Files that are mounted in the proxy's container: by `mounts` of an `EgressGateway`, by the Deployment of another gateway, or by the annotations
   * `sidecar.istio.io/userVolume` and `sidecar.istio.io/userVolumeMount` of the application's pods.
   */
  public static fromFiles(files: ClientCertificateFiles): ClientCertificate {
    return new ClientCertificate({}, files);
  }

  private constructor(
    /** @internal */ public readonly _options: ClientCertificateOptions,
    /** @internal */ public readonly _files?: ClientCertificateFiles,
    /** @internal */ public readonly _secret?: string,
  ) {}
}

/** Options of every kind of TLS origination. */
export interface TlsOriginationOptions {
  /**
   * Port at which the host takes TLS, from 1 to 65535.
   *
   * @default - 443 where the application dials 80, else the port that it dials
   */
  readonly port?: number;

  /**
   * Server name that the proxy sends; for an egress of one host.
   *
   * @default - the host
   */
  readonly sni?: string;

  /**
   * Names of which the server's certificate must hold one: DNS names, addresses or URIs, such as SPIFFE ids.
   *
   * @default - the host
   */
  readonly subjectAltNames?: string[];

  /**
   * Takes any certificate of any server: whoever stands on the way can read and change everything. For tests.
   *
   * @default false
   */
  readonly insecureSkipVerify?: boolean;

  /**
   * Labels of the pods whose sidecars originate, where sidecars do; those of other pods of the namespace speak simple TLS to the host,
   * never in clear. A sidecar takes a Secret only with it.
   *
   * @default - all clients' sidecars; required with a Secret at the sidecar
   */
  readonly workloadSelector?: { [key: string]: string };

  /**
   * Service account of those pods. A Role lets it read the Secrets of the namespace, as Istio demands of whom it hands one to.
   *
   * @default - none; required with a Secret at the sidecar
   */
  readonly serviceAccount?: string;
}

/** Options of simple TLS. */
export interface SimpleTlsOptions extends TlsOriginationOptions {
  /**
   * What the server is checked by.
   *
   * @default CaCertificates.system()
   */
  readonly caCertificates?: CaCertificates;
}

/** Options of mutual TLS. */
export interface MutualTlsOptions extends TlsOriginationOptions {
  /** What the proxy shows to the server, and checks it by. */
  readonly clientCertificate: ClientCertificate;
}

/**
 * TLS that begins at a proxy, for an application that speaks in clear: at the sidecar on an egress, at the gateway on a route.
 *
 * The application must not speak TLS itself: over TCP that would be TLS inside TLS, and `https://` on a port of HTTP is not that egress.
 * Protocols that begin in clear and turn to TLS later (STARTTLS, PostgreSQL, MySQL) cannot be originated.
 */
export class TlsOrigination {
  /**
   * TLS without a client certificate.
   *
   * @example
   * TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('partner-ca') });
   */
  public static simple(options: SimpleTlsOptions = {}): TlsOrigination {
    return new TlsOrigination('SIMPLE', options, options.caCertificates ?? CaCertificates.system());
  }

  /**
   * TLS with a client certificate.
   *
   * @example
   * TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromSecret('partner-client') });
   */
  public static mutual(options: MutualTlsOptions): TlsOrigination {
    return new TlsOrigination('MUTUAL', options, options.clientCertificate);
  }

  private constructor(
    /** @internal */ public readonly _mode: string,
    /** @internal */ public readonly _options: TlsOriginationOptions,
    /** @internal */ public readonly _source: CaCertificates | ClientCertificate | undefined,
  ) {}
}
