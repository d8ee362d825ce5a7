/** Options of `Istiod.pods`. */
export interface IstiodPods {
  /**
   * Namespace of the pods.
   *
   * @default istio-system
   */
  readonly namespace?: string;

  /**
   * Labels of the pods.
   *
   * @default { app: 'istiod' }
   */
  readonly labels?: { [key: string]: string };

  /**
   * Port at which the pods serve proxies, from 1 to 65535.
   *
   * @default 15012
   */
  readonly port?: number;
}

/**
 * Where proxies reach their control plane, for NetworkPolicies.
 *
 * @example
 * EgressApp.configure(app, { name: 'bookinfo', istiod: [Istiod.pods({ namespace: 'aks-istio-system' })] });
 */
export class Istiod {
  /** Pods of this cluster. */
  public static pods(options: IstiodPods = {}): Istiod {
    return new Istiod(options);
  }

  /**
   * Addresses and CIDRs, for a control plane outside the cluster, or that of a managed mesh.
   *
   * @param addresses such as those of the host in the proxies' `discoveryAddress`
   * @param port that they dial there, from 1 to 65535
   */
  public static addresses(addresses: string[], port: number = 15012): Istiod {
    return new Istiod(undefined, addresses, port);
  }

  private constructor(
    /** @internal */ public readonly _pods?: IstiodPods,
    /** @internal */ public readonly _addresses?: string[],
    /** @internal */ public readonly _port?: number,
  ) {}
}
