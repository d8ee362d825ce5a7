import { Crossing, crossings } from './path';
import { RouteIntent } from '../intent/route';

/** Names that an SNI proxy leads to, and no others. */
export interface SniNames {
  /** Unique at the proxy, in lower-case letters, digits and hyphens. */
  readonly name: string;

  /** Exact names and wildcards. */
  readonly hosts: readonly string[];

  /** Port of the servers outside. */
  readonly port: number;
}

/** What an SNI proxy does for one host and port of a route: whoever reaches the socket may send its names. */
export interface SniListener extends SniNames {
  /** The route's own name for it. */
  readonly ownName: string;

  /** Path of the Unix socket; with a leading `@` an abstract one. */
  readonly socket: string;
}

/** The listener that one host and port of a route needs at its gateway's SNI proxy; none where it leads to a server itself. */
export function sniListener({ name, ownName, host, port, outer: { reach } }: Crossing): SniListener | undefined {
  return reach.by === 'socket' ? { name, ownName, socket: reach.path, hosts: [host], port } : undefined;
}

/** The listeners that a route needs there. */
export function sniListeners(route: RouteIntent): SniListener[] {
  return crossings(route).flatMap(crossing => sniListener(crossing) ?? []);
}
