import type { Reach } from './path';
import { RouteIntent } from './route';

/** Where the gateway reaches a host of a route. */
export function outerReach({ egress, hostingServer }: RouteIntent, host: string, port: number): Reach {
  return egress.addresses.length > 0
    ? { by: 'addresses', addresses: egress.addresses, port }
    : { by: 'name', name: hostingServer ?? host, port };
}
