/**
 * Ports at which a proxy listens for itself.
 *
 * @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
 */
export const RESERVED_PORTS = [15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090];

/**
 * Port of the pods behind a port of the Service, for gateways that the app runs: another one, so that a host outside which resolves to the
 * gateway itself leads to where nothing listens, and in no circle. Halves change places, so that no two ports have the same behind them, and
 * what is below 32768, where the kernel gives no ports to connections, stays below.
 */
export function targetPort(port: number): number {
  const half = 16384;
  return port % (2 * half) < half ? port + half : port - half;
}

/** Why such a gateway cannot have a port; none: it can. */
export function reservedFor(port: number): string | undefined {
  const target = targetPort(port);
  if (RESERVED_PORTS.includes(port)) return 'at which the proxy listens for itself';
  if (RESERVED_PORTS.includes(target)) return `behind which the pods would listen at ${target}, as the proxy does for itself`;
  return target < 1024 ? `behind which the pods would listen at ${target}, which takes privileges` : undefined;
}

/** How to mend it. */
export const OTHER_PORTS = 'give a port below 15000, or one from 17408 to 31383';
