/** Somebody who asks the API server for something, by the name or a group that it knows them by. */
export class AdmissionSubject {
  /**
   * One service account.
   *
   * @example
   * AdmissionSubject.serviceAccount('argocd', 'argocd-application-controller');
   */
  public static serviceAccount(namespace: string, name: string): AdmissionSubject {
    return new AdmissionSubject({ by: 'service-account', namespace, name });
  }

  /** Every service account of a namespace. */
  public static serviceAccountsOf(namespace: string): AdmissionSubject {
    return new AdmissionSubject({ by: 'namespace', namespace });
  }

  /** A user, by the name that the API server's authenticator gives, such as `jane@example.com`. */
  public static user(name: string): AdmissionSubject {
    return new AdmissionSubject({ by: 'user', name });
  }

  /** Every user of a group, such as `platform-engineers` of an identity provider. */
  public static group(name: string): AdmissionSubject {
    return new AdmissionSubject({ by: 'group', name });
  }

  private constructor(/** @internal */ public readonly _given: GivenSubject) {}
}

/** @internal */
export type GivenSubject =
  | { readonly by: 'service-account'; readonly namespace: string; readonly name: string }
  | { readonly by: 'namespace'; readonly namespace: string }
  | { readonly by: 'user' | 'group'; readonly name: string };
