/** Limits of HTTP requests, in Istio's words; durations as Istio writes them, such as `5s`. */
export interface RequestsIntent {
  /**
   * Time for a whole request with all of its retries.
   *
   * @default - none
   */
  readonly timeout?: string;

  /**
   * How often a request is tried again that failed.
   *
   * @default - Istio's
   */
  readonly retries?: number;

  /**
   * Time for one try.
   *
   * @default - `timeout`
   */
  readonly perTryTimeout?: string;

  /**
   * What counts as failed.
   *
   * @default - Istio's
   */
  readonly retryOn?: string;
}
