/** Limits of HTTP requests; durations in milliseconds. */
export interface RequestsIntent {
  /** Time for a whole request with all of its retries. */
  readonly timeout?: number;

  /** How a request is tried again that failed; none: as the proxy does by itself. */
  readonly retries?: {
    readonly attempts: number;
    readonly perTryTimeout?: number;

    /** What counts as failed, in Envoy's words. */
    readonly on?: string;
  };
}
