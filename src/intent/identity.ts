/** The workloads of a service account, or of a namespace where none is named. */
export interface IdentityIntent {
  /** None: the mesh's own. */
  readonly trustDomain?: string;
  readonly namespace: string;
  readonly serviceAccount?: string;

  /** The user knows that it may be another trust domain than the mesh's. */
  readonly anotherTrustDomain: boolean;
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

/** Whether every workload of the namespace is meant. */
export function isWholeNamespace({ serviceAccount }: IdentityIntent): boolean {
  return serviceAccount === undefined;
}
