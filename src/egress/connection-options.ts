import { Duration } from 'cdk8s';

/**
 * Limits of the connections of one leg, in the words of Istio's DestinationRule: on an egress of the sidecar's leg, on a route of the
 * gateway's leg to the outside.
 */
export interface ConnectionOptions {
  /**
   * Most connections that one proxy opens to the next place, for each host and port, from 1 on. Of bytes, further ones are refused; where the
   * proxy reads HTTP, further requests wait for one that is free.
   *
   * @default - Istio's: 2^32-1
   */
  readonly maxConnections?: number;

  /**
   * Time to establish a connection, at least 1 ms.
   *
   * @default - Istio's: 10 seconds
   */
  readonly connectTimeout?: Duration;

  /**
   * Errors in a row after which an address of the next place is left out, from 1 on: answers of 5xx over HTTP that the proxy reads,
   * and failures to connect. Each proxy counts by itself.
   *
   * @default - none is left out
   */
  readonly consecutive5xxErrors?: number;

  /**
   * Time between two looks at whether an address may come back, at least 1 ms; with `consecutive5xxErrors`.
   *
   * @default - Istio's: 10 seconds
   */
  readonly interval?: Duration;

  /**
   * Time for which an address is left out, times how often it was, at least 1 ms; with `consecutive5xxErrors`.
   *
   * @default - Istio's: 30 seconds
   */
  readonly baseEjectionTime?: Duration;

  /**
   * Most addresses in percent that are left out at the same time, from 1 to 100; with `consecutive5xxErrors`. Where it leaves out all, calls
   * fail at once. Istio's own 10 would never leave out one of fewer than ten.
   *
   * @default 100
   */
  readonly maxEjectionPercent?: number;
}
