import { GatewayIntent } from './intent';

/** A gateway as messages name it: `namespace/service`. Two that have it in common are one. */
export function gatewayName({ namespace, service }: GatewayIntent): string {
  return `${namespace}/${service}`;
}

export function isSameGateway(one: GatewayIntent, other: GatewayIntent): boolean {
  return gatewayName(one) === gatewayName(other);
}
