import type { EgressIntent } from './intent';
import type { RouteIntent } from './route';

/** The workloads of a service account, or of a namespace where none is named. */
export interface IdentityIntent {
  /** None: the mesh's own. */
  readonly trustDomain?: string;
  readonly namespace: string;
  readonly serviceAccount?: string;

  /** The user knows that it may be another trust domain than the mesh's. */
  readonly anotherTrustDomain: boolean;
}

/** Who may use an egress, and the construct that says so. No identity: nobody. */
export interface AllowanceIntent {
  readonly path: string;
  readonly egress: EgressIntent;
  readonly identities: readonly IdentityIntent[];
}

/** Callers under some names of a gateway, everybody else refused. */
export interface Narrowing {
  readonly names: readonly string[];

  /** Istio's principals; one may end with `*`. */
  readonly principals: readonly string[];
}

/** A URI that no certificate can hold: `.invalid` is nobody's. */
export const NOBODY = 'spiffe://nobody.invalid/';

/** The trust domain of a SPIFFE URI. */
export function trustDomainOf(uri: string): string {
  return uri.split('/')[2];
}

/** The SPIFFE URIs of identities, sorted; `*` stands for the service accounts of a namespace. */
export function spiffeUris(identities: readonly IdentityIntent[], ownTrustDomain: string): string[] {
  return [...new Set(identities.map(({ trustDomain = ownTrustDomain, namespace, serviceAccount = '*' }) =>
    `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`))].sort();
}

/** The identities that a door's own TLS demands; nothing where anybody may, or a policy must decide. */
export function demandedIdentities({ gateway, hop }: RouteIntent, allowed: readonly IdentityIntent[] | undefined): string[] | undefined {
  if (!allowed || hop.security !== 'mutual-tls' || allowed.some(isWholeNamespace)) return undefined;
  return allowed.length === 0 ? [NOBODY] : spiffeUris(allowed, trustDomainOf(gateway.identity));
}

/** What a policy must refuse, because TLS takes exact identities only. */
export function narrowing({ gateway }: RouteIntent, names: readonly string[], allowed: readonly IdentityIntent[]): Narrowing {
  return { names, principals: spiffeUris(allowed, trustDomainOf(gateway.identity)).map(uri => uri.slice('spiffe://'.length)) };
}

/** Whether a policy is needed to let these in and no other client. */
export function takesPolicy({ egress, hop }: RouteIntent, identities: readonly IdentityIntent[]): boolean {
  const whole = identities.filter(isWholeNamespace).map(({ namespace }) => namespace);
  return hop.security === 'mutual-tls' && whole.length > 0 && !egress.clients.every(client => whole.includes(client));
}

function isWholeNamespace({ serviceAccount }: IdentityIntent): boolean {
  return serviceAccount === undefined;
}
