/** Files in the proxy's container of a gateway, read-only: certificates that a `TlsOrigination` names by their paths. */
export class GatewayMount {
  /**
   * The keys of a Secret in the gateway's namespace, each a file. A new certificate in it is used without a restart, as soon as the node
   * has written it, which takes up to a minute or two.
   *
   * @param secretName name of the Secret; the pods do not start without it
   * @param mountPath absolute path of the folder, of its own
   * @example
   * GatewayMount.secret('partner-client', '/etc/partner');
   */
  public static secret(secretName: string, mountPath: string): GatewayMount {
    return new GatewayMount('secret', secretName, mountPath);
  }

  /**
   * The keys of a ConfigMap in the gateway's namespace, each a file, such as the certificates of authorities.
   *
   * @param configMapName name of the ConfigMap; the pods do not start without it
   * @param mountPath absolute path of the folder, of its own
   */
  public static configMap(configMapName: string, mountPath: string): GatewayMount {
    return new GatewayMount('configMap', configMapName, mountPath);
  }

  private constructor(
    /** @internal */ public readonly _kind: 'secret' | 'configMap',
    /** @internal */ public readonly _name: string,
    /** @internal */ public readonly _mountPath: string,
  ) {}
}
