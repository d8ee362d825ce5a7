/** Limits of HTTP requests, in Istio's words; durations as Istio writes them, such as `5s`. */
export interface RequestsIntent {
  readonly timeout?: string;
  readonly retries?: number;
  readonly perTryTimeout?: string;
  readonly retryOn?: string;
}
