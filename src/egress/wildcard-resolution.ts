/** Where a sidecar leads a connection whose SNI matches a wildcard, as Istio's `resolution`. */
export class WildcardResolution {
  /**
   * To the address that the application dialled.
   *
   * The name and the address are then not tied to each other: whoever sends an allowed name reaches any address outside on that
   * port. An address policy needs a NetworkPolicy, or `dynamicDns()`.
   */
  public static none(): WildcardResolution {
    return new WildcardResolution('NONE');
  }

  /**
   * To where the name that the application sends resolves to, whatever address it dialled. For Istio 1.30 and later; every host
   * of the egress must be a wildcard.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Resolution
   */
  public static dynamicDns(): WildcardResolution {
    return new WildcardResolution('DYNAMIC_DNS');
  }

  private constructor(/** @internal */ public readonly _resolution: 'NONE' | 'DYNAMIC_DNS') {}
}
