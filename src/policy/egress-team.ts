import { AdmissionSubject } from './admission-subject';

/** A team whose pipeline writes routes into the namespace of a gateway, and what they may name there. */
export interface EgressTeam {
  /** The team's own namespaces. */
  readonly namespaces: string[];

  /** Names of the team's apps, as `EgressApp.configure` has them: own names of their routes end in `<app>.egress.internal`. */
  readonly apps: string[];

  /**
   * Who writes for the team.
   *
   * @default - every service account of its namespaces
   */
  readonly subjects?: AdmissionSubject[];

  /**
   * Hosts outside that its routes may lead to: names, and wildcards such as `*.example.com` for all names under a domain.
   *
   * @default - any
   */
  readonly hosts?: string[];

  /**
   * Addresses outside that its routes may lead to: single ones and CIDRs. Link-local ones, as of a node's metadata, only if given singly.
   *
   * @default - any; where `hosts` is given, none
   */
  readonly addresses?: string[];

  /**
   * Secrets in the gateway's namespace that its routes may present or trust, by name; files of the gateway's pods by their paths.
   *
   * @default - none
   */
  readonly secrets?: string[];

  /**
   * Namespaces of others that its objects may be exported to.
   *
   * @default - none
   */
  readonly exportTo?: string[];
}
