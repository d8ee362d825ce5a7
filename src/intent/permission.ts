import { EgressIntent } from './egress';
import { IdentityIntent } from './identity';

/** Who may use an egress, and for which requests: every value checked. */
export interface PermissionIntent {
  /** None: every workload of the clients. Empty: nobody. */
  readonly identities?: readonly IdentityIntent[];

  /** HTTP methods; none: all. */
  readonly methods?: readonly string[];

  /** Paths as Istio's AuthorizationPolicy writes them; none: all. */
  readonly paths?: readonly string[];
}

/** A permission, and the construct that gives it. */
export interface AllowanceIntent {
  readonly path: string;
  readonly egress: EgressIntent;
  readonly permission: PermissionIntent;
}

/** Whether a permission is for some requests only. */
export function isOfRequests({ methods, paths }: PermissionIntent): boolean {
  return methods !== undefined || paths !== undefined;
}

/** Everybody who is permitted something; none: every workload of the clients. */
export function callers(permissions: readonly PermissionIntent[]): readonly IdentityIntent[] | undefined {
  return permissions.some(({ identities }) => !identities) ? undefined : permissions.flatMap(({ identities }) => identities!);
}
