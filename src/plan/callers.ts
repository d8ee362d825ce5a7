import { callersName } from './names';
import { Admits, Callers, RequestRule } from './plan';
import { IdentityIntent, isWholeNamespace, NOBODY, spiffeUris, trustDomainOf } from '../intent/identity';
import { callers, isOfRequests, PermissionIntent } from '../intent/permission';
import { RouteIntent } from '../intent/route';

/**
 * Who and what the doors of a route let in.
 *
 * What can be said in the door itself changes in place, in one object, and no order of applying opens it: exact identities in the
 * handshake, and at doors that read requests everything. Whole namespaces among the callers of bytes are told by the own name.
 */
export function admitted(route: RouteIntent, permissions: readonly PermissionIntent[] | undefined): Admits & Pick<Callers, 'who'> {
  const { hop, gateway } = route;
  if (hop.security !== 'mutual-tls') return { who: 'all' };
  const own = trustDomainOf(gateway.identity);
  const identities = permissions && callers(permissions);
  const handshake = demanded(identities, own);
  const who = callersOf(route, identities, own);
  const requests = permissions && hop.http ? rules(route, permissions, who, handshake, own) : undefined;
  return {
    who,
    set: callersName(who, hop.http ? 'http' : 'bytes'),
    ...(identities ? { callers: spiffeUris(identities, own) } : {}),
    ...(handshake ? { handshake } : {}),
    ...(requests ? { requests } : {}),
  };
}

/** The identities that a door's own TLS demands; none where anybody may: TLS takes exact ones only. */
function demanded(identities: readonly IdentityIntent[] | undefined, own: string): string[] | undefined {
  if (!identities || identities.some(isWholeNamespace)) return undefined;
  return identities.length === 0 ? [NOBODY] : spiffeUris(identities, own);
}

/** Who may use the own names: the clients, or fewer of them where whole namespaces are named and the door does not read requests. */
function callersOf({ egress, hop }: RouteIntent, identities: readonly IdentityIntent[] = [], own: string): 'all' | string[] {
  const everyone = spiffeUris(egress.clients.map(namespace => ({ namespace, anotherTrustDomain: false })), own);
  const narrower = !hop.http && identities.some(isWholeNamespace) && !everyone.every(uri => spiffeUris(identities, own).includes(uri));
  if (narrower) return spiffeUris(identities, own);
  if (egress.clients.includes('*')) return 'all';
  return [...new Set([...everyone, ...spiffeUris(identities.filter(({ trustDomain = own }) => trustDomain !== own), own)])].sort();
}

/** What a door that reads requests lets through; none: everything of whoever is let in. */
function rules(
  { egress }: RouteIntent, permissions: readonly PermissionIntent[], who: Callers['who'], handshake: readonly string[] | undefined, own: string,
): RequestRule[] | undefined {
  // workloads of another trust domain may be let in beside the clients, for what is permitted to them alone
  const clients = who === 'all' ? undefined : egress.clients.map(client => `spiffe://${own}/ns/${client}/sa/*`);
  const lets = permissions.map(({ identities, methods, paths }): RequestRule => {
    const uris = identities ? spiffeUris(identities, own) : clients;
    return {
      ...(uris && !(who !== 'all' && who.every(uri => uris.includes(uri))) ? { callers: uris } : {}),
      ...(methods ? { methods } : {}),
      ...(paths ? { paths } : {}),
    };
  });
  // where the handshake demands all of them, one who may do everything need not be told from others who may
  if (lets.some(rule => !rule.callers && !rule.methods && !rule.paths) || (handshake && !permissions.some(isOfRequests))) return undefined;
  const unique = new Map(lets.map(rule => [JSON.stringify(rule), rule]));
  return [...unique].sort(([a], [b]) => a < b ? -1 : 1).map(([, rule]) => rule);
}
