import { Duration } from 'cdk8s';

/** Limits and retries of HTTP requests, in Istio's words. */
export interface RequestOptions {
  /**
   * Circuit breaking: most requests to one host and port that a sidecar has open at once, of any version of HTTP, from 1 on; further ones
   * are answered by 503.
   *
   * @default - Istio's: 2^32-1
   */
  readonly maxRequests?: number;

  /**
   * Time for a whole request with all of its retries, at least 1 ms.
   *
   * @default - Istio's: none
   */
  readonly timeout?: Duration;

  /**
   * How often a failed request is retried, from 0 on: by the sidecar, or by a gateway behind `GatewayHop.http()`. Where a gateway sees bytes,
   * a host that could not be reached looks like a `reset` to the sidecar.
   *
   * @default - Istio's: 2
   */
  readonly retries?: number;

  /**
   * Time for one try, at least 1 ms; with `retries` and a `retryOn` of `5xx`, `gateway-error` or `reset`, without which a try that takes
   * longer would be the last.
   *
   * @default - `timeout`
   */
  readonly perTryTimeout?: Duration;

  /**
   * What counts as failed, in Istio's words and status codes, with commas and no spaces, such as `5xx,reset` or `connect-failure,503`; with `retries`.
   *
   * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on
   * @default - Istio's: connect-failure,refused-stream,unavailable,cancelled
   */
  readonly retryOn?: string;
}
