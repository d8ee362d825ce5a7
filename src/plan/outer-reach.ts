import type { Reach } from './path';
import { isWildcard, RouteIntent } from '../intent/route';

/** Where the gateway reaches a host of a route; `name` is that of the crossing. */
export function outerReach({ egress, gateway, hostingServer }: RouteIntent, host: string, port: number, name: string): Reach {
  if (egress.addresses.length > 0) {
    return { by: 'addresses', addresses: egress.addresses, port };
  }
  return gateway.sniProxy && isWildcard(host) && hostingServer === undefined
    ? { by: 'socket', path: gateway.sniProxy.program === 'nginx' ? `/var/run/sni/${name}.sock` : `@${name}` }
    : { by: 'name', name: hostingServer ?? host, port };
}
