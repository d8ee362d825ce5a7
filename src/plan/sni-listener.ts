import { crossings } from './path';
import { RouteIntent } from './route';

/** What an SNI proxy does for one host and port of a route: whoever reaches the socket may send any name of the wildcard, and no other. */
export interface SniListener {
  /** Name of the crossing, in lower-case letters, digits and hyphens. */
  readonly name: string;

  /** The route's own name for it. */
  readonly ownName: string;

  /** Path of the Unix socket; with a leading `@` an abstract one. */
  readonly socket: string;
  readonly wildcard: string;

  /** Port of the servers outside. */
  readonly port: number;
}

/** The listeners that a route needs at its gateway's SNI proxy. */
export function sniListeners(route: RouteIntent): SniListener[] {
  return crossings(route).flatMap(({ name, ownName, host, port, outer: { reach } }) =>
    reach.by === 'socket' ? [{ name, ownName, socket: reach.path, wildcard: host, port }] : []);
}
