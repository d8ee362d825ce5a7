/** Limits of the connections of one leg; durations in milliseconds. */
export interface ConnectionsIntent {
  /** Most connections of one proxy. */
  readonly maxConnections?: number;

  /** Time to establish one. */
  readonly connectTimeout?: number;

  /** Most HTTP requests of one proxy at the same time. */
  readonly maxRequests?: number;

  /** When an address is ejected for a while; none: never. */
  readonly ejection?: {
    /** Errors in a row. */
    readonly errors: number;

    /** Between two looks at whether it may come back. */
    readonly interval?: number;

    /** Time for which it is ejected, times how often it was. */
    readonly time?: number;

    /** Most addresses at the same time, in percent. */
    readonly maxPercent: number;
  };
}
