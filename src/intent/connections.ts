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
   * Time for which an address is left out, times how often it was.
   *
   * @default - Istio's
   */
  readonly baseEjectionTime?: string;

  /**
   * Most addresses in percent that are left out at the same time.
   *
   * @default - none is left out
   */
  readonly maxEjectionPercent?: number;

  /**
   * Most HTTP requests of one proxy at the same time.
   *
   * @default - Istio's
   */
  readonly maxRequests?: number;
}
