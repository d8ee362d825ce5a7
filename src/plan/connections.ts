/** Limits of the connections of one leg, in Istio's words; durations as Istio writes them, such as `5s`. */
export interface ConnectionsIntent {
  /**
   * Most connections of one proxy.
   *
   * @default - Istio's
   */
  readonly maxConnections?: number;

  /**
   * Time to establish one.
   *
   * @default - Istio's
   */
  readonly connectTimeout?: string;

  /**
   * Errors in a row after which an address is left out.
   *
   * @default - none is left out
   */
  readonly consecutive5xxErrors?: number;

  /**
   * Time between two looks at the errors.
   *
   * @default - Istio's
   */
  readonly interval?: string;

  /**
   * Shortest time for which an address is left out.
   *
   * @default - Istio's
   */
  readonly baseEjectionTime?: string;
}
