/** A taint of nodes that a gateway's pods tolerate. */
export interface GatewayToleration {
  /**
   * Key of the taint.
   *
   * @default - any key
   */
  readonly key?: string;

  /**
   * Value of the taint, which needs a key.
   *
   * @default - any value
   */
  readonly value?: string;

  /**
   * `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
   *
   * @default - any effect
   */
  readonly effect?: string;
}
