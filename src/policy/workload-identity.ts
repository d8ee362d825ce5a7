/** Options of `WorkloadIdentity.spiffe`. */
export interface SpiffeOptions {
  /**
   * Lets in a workload of another trust domain than the gateway's. The gateway must hold that domain's root certificate as well,
   * or its handshake fails all the same.
   *
   * @see https://istio.io/latest/docs/tasks/security/authentication/authn-policy/
   * @default false
   */
  readonly anotherTrustDomain?: boolean;
}

/** Workloads of the mesh, by the SPIFFE URI in their certificates. */
export class WorkloadIdentity {
  /**
   * The workloads of one service account, in the mesh's own trust domain.
   *
   * @example
   * WorkloadIdentity.serviceAccount('bookinfo', 'bookinfo-ratings-v2');
   */
  public static serviceAccount(namespace: string, name: string): WorkloadIdentity {
    return new WorkloadIdentity({ by: 'service-account', namespace, name });
  }

  /**
   * Every workload of a namespace, in the mesh's own trust domain.
   *
   * TLS takes exact identities only: with a namespace among those of `allowFrom`, the gateway refuses by an AuthorizationPolicy instead of in
   * the handshake (docs/rules.md says what that means), or, where it reads HTTP, by its own route.
   */
  public static namespace(name: string): WorkloadIdentity {
    return new WorkloadIdentity({ by: 'namespace', namespace: name });
  }

  /**
   * The workloads of one service account, by its SPIFFE URI.
   *
   * @param uri `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`, as Istio writes into certificates
   */
  public static spiffe(uri: string, options: SpiffeOptions = {}): WorkloadIdentity {
    return new WorkloadIdentity({ by: 'spiffe', uri, options });
  }

  /** No workload at all: what `allowFrom` must be given to let nobody in. */
  public static nobody(): WorkloadIdentity {
    return new WorkloadIdentity({ by: 'nobody' });
  }

  private constructor(/** @internal */ public readonly _given: GivenIdentity) {}
}

/** @internal */
export type GivenIdentity =
  | { readonly by: 'service-account'; readonly namespace: string; readonly name: string }
  | { readonly by: 'namespace'; readonly namespace: string }
  | { readonly by: 'spiffe'; readonly uri: string; readonly options: SpiffeOptions }
  | { readonly by: 'nobody' };
