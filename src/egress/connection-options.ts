import { Duration } from 'cdk8s';

/**
 * Connection pool, circuit breaking and outlier detection, in the words of Istio's DestinationRule: on an egress for the connections that
 * sidecars open, on a route for those that the gateway opens to the outside.
 */
export interface ConnectionOptions {
  /**
   * Most connections that one proxy opens to the next hop, for each host and port, from 1 on. Of bytes, further ones are refused; where the
   * proxy reads HTTP, further requests wait for one that is free.
   *
   * @default - Istio's: 2^32-1; of a route that leads on by name over a passthrough or plaintext hop 4096, at which a name ends that leads the
   * gateway to itself
   */
  readonly maxConnections?: number;

  /**
   * Time to establish a connection, at least 1 ms.
   *
   * @default - Istio's: 10 seconds
   */
  readonly connectTimeout?: Duration;

  /**
   * Outlier detection: errors in a row after which an address of the next hop is ejected, from 1 on. An error is an answer of 5xx over HTTP
   * that the proxy reads, or a failure to connect. Each proxy counts by itself.
   *
   * @default - no address is ejected
   */
  readonly consecutive5xxErrors?: number;

  /**
   * Time between two looks at whether an ejected address may come back, at least 1 ms; with `consecutive5xxErrors`.
   *
   * @default - Istio's: 10 seconds
   */
  readonly interval?: Duration;

  /**
   * Time for which an address is ejected, times how often it was, at least 1 ms; with `consecutive5xxErrors`.
   *
   * @default - Istio's: 30 seconds
   */
  readonly baseEjectionTime?: Duration;

  /**
   * Most addresses in percent that are ejected at the same time, from 1 to 100; with `consecutive5xxErrors`. Where all are, calls fail at
   * once. Istio's own 10 would never eject one of fewer than ten.
   *
   * @default 100
   */
  readonly maxEjectionPercent?: number;
}
