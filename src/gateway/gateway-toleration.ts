/** What a taint does to pods that do not tolerate it. */
export enum TaintEffect {
  /** They are not put on the node. */
  NO_SCHEDULE = 'NoSchedule',
  /** They are put elsewhere where that is possible. */
  PREFER_NO_SCHEDULE = 'PreferNoSchedule',
  /** They are not put there, and taken away. */
  NO_EXECUTE = 'NoExecute',
}

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
   * What the taint does to pods that do not tolerate it.
   *
   * @default - any effect
   */
  readonly effect?: TaintEffect;
}
