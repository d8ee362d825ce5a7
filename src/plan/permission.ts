import { IdentityIntent, isWholeNamespace, NOBODY, principals, spiffeUris, trustDomainOf } from '../intent/identity';
import type { EgressIntent } from '../intent/intent';
import type { RouteIntent } from '../intent/route';

/** Who may use an egress, and for which requests. */
export interface PermissionIntent {
  /** None: every workload of the clients. Empty: nobody. */
  readonly identities?: readonly IdentityIntent[];

  /** HTTP methods; none: all. */
  readonly methods?: readonly string[];

  /** Paths as Istio's `paths` has them; none: all. */
  readonly paths?: readonly string[];
}

/** A permission, and the construct that gives it. */
export interface AllowanceIntent {
  readonly path: string;
  readonly egress: EgressIntent;
  readonly permission: PermissionIntent;
}

/** Some callers' requests under some names of a gateway, which are refused: those that meet every field. */
export interface Denial {
  readonly principals?: readonly string[];
  readonly notPrincipals?: readonly string[];
  readonly methods?: readonly string[];
  readonly notMethods?: readonly string[];
  readonly notPaths?: readonly string[];
}

/** Everybody who is permitted something; none: every workload of the clients. */
export function callers(permissions: readonly PermissionIntent[]): readonly IdentityIntent[] | undefined {
  return permissions.some(({ identities }) => !identities) ? undefined : permissions.flatMap(({ identities }) => identities!);
}

/** Whether a permission is for some requests only. */
export function isOfRequests({ methods, paths }: PermissionIntent): boolean {
  return methods !== undefined || paths !== undefined;
}

/** The identities that a door's own TLS demands; nothing where anybody may, or a policy must decide. */
export function demandedIdentities({ gateway, hop }: RouteIntent, permissions: readonly PermissionIntent[] | undefined): string[] | undefined {
  const allowed = permissions && callers(permissions);
  if (!allowed || hop.security !== 'mutual-tls' || allowed.some(isWholeNamespace)) return undefined;
  return allowed.length === 0 ? [NOBODY] : spiffeUris(allowed, trustDomainOf(gateway.identity));
}

/** Whether a policy is needed to permit this and nothing else: TLS takes exact identities only, and knows no requests. */
export function takesPolicy(route: RouteIntent, permissions: readonly PermissionIntent[]): boolean {
  const { egress, hop } = route;
  if (hop.security !== 'mutual-tls') return false;
  if (permissions.some(isOfRequests)) return denials(route, permissions).length > 0;
  const whole = (callers(permissions) ?? []).filter(isWholeNamespace).map(({ namespace }) => namespace);
  return whole.length > 0 && !egress.clients.every(client => whole.includes(client));
}

/**
 * What a policy must refuse so that the permissions alone are left.
 *
 * Istio's rules say what is refused, and only those of one route may touch it; so each group of callers with the same permissions
 * has what is left to refuse of it written out, and everybody else beside them.
 */
export function denials(route: RouteIntent, permissions: readonly PermissionIntent[]): Denial[] {
  const own = trustDomainOf(route.gateway.identity);
  const named = principals(permissions.flatMap(({ identities }) => identities ?? []), own);
  const isOf = (principal: string) => permissions.filter(({ identities }) =>
    !identities || principals(identities, own).some(other => other === principal || covers(other, principal)));
  const groups = new Map<string, { readonly members: string[]; readonly permissions: readonly PermissionIntent[] }>();
  for (const principal of named) {
    const theirs = isOf(principal);
    const key = `${theirs.map(permission => permissions.indexOf(permission)).join()} ${principal.endsWith('*') ? principal : ''}`;
    groups.set(key, { permissions: theirs, members: [...groups.get(key)?.members ?? [], principal] });
  }
  const others = requestDenials(permissions.filter(({ identities }) => !identities));
  return [
    ...(demandedIdentities(route, permissions) ? [] : others.map(denial => ({ ...(named.length > 0 ? { notPrincipals: named } : {}), ...denial }))),
    ...[...groups.values()].flatMap(group => {
      const within = named.filter(principal => group.members.some(member => covers(member, principal)));
      return requestDenials(group.permissions).map(denial =>
        ({ principals: group.members, ...(within.length > 0 ? { notPrincipals: within } : {}), ...denial }));
    }),
  ];
}

/** The requests that none of the permissions is for. */
function requestDenials(permissions: readonly PermissionIntent[]): Denial[] {
  if (permissions.length === 0) return [{}];
  const pathsOf = (method?: string): string[] | 'all' => {
    const meant = permissions.filter(({ methods }) => !methods || (method !== undefined && methods.includes(method)));
    return meant.some(({ paths }) => !paths) ? 'all' : sorted(meant.flatMap(({ paths }) => paths!));
  };
  const methods = sorted(permissions.flatMap(permission => permission.methods ?? []));
  const byPaths = new Map<string, Denial>();
  for (const method of methods) {
    const paths = pathsOf(method);
    if (paths === 'all') continue;
    const key = JSON.stringify(paths);
    byPaths.set(key, { methods: [...byPaths.get(key)?.methods ?? [], method], notPaths: paths });
  }
  const otherwise = pathsOf();
  return [
    ...(otherwise === 'all' ? [] : [{
      ...(methods.length > 0 ? { notMethods: methods } : {}),
      ...(otherwise.length > 0 ? { notPaths: otherwise } : {}),
    }]),
    ...byPaths.values(),
  ];
}

function covers(wider: string, principal: string): boolean {
  return wider !== principal && wider.endsWith('*') && principal.startsWith(wider.slice(0, -1));
}

function sorted(items: readonly string[]): string[] {
  return [...new Set(items)].sort();
}
