import { Duration } from 'cdk8s';

/**
 * Limits of the connections of one leg, in the words of Istio's DestinationRule: on an egress of the sidecar's leg, on a route of the
 * gateway's leg to the outside.
 */
export interface ConnectionOptions {
  /**
   * Most connections that one proxy opens to the next place, from 1 on; further ones are refused.
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
   * failures to connect otherwise.
   *
   * @default - none is left out
   */
  readonly consecutive5xxErrors?: number;

  /**
   * Time between two looks at the errors, at least 1 ms; with `consecutive5xxErrors`.
   *
   * @default - Istio's: 10 seconds
   */
  readonly interval?: Duration;

  /**
   * Shortest time for which an address is left out, at least 1 ms; with `consecutive5xxErrors`.
   *
   * @default - Istio's: 30 seconds
   */
  readonly baseEjectionTime?: Duration;
}
