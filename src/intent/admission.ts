import { GatewayIntent } from './gateway';

/** Who asks, as the API server knows them. */
export interface Subjects {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** A team at the gateways: every value checked, every default applied. */
export interface TeamIntent extends Subjects {
  readonly namespaces: readonly string[];
  readonly apps: readonly string[];

  /** None: any. */
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  readonly secrets: readonly string[];
  readonly exportTo: readonly string[];
}

/** What others than the platform may not write: every value checked, every default applied. */
export interface AdmissionIntent {
  readonly exempt: Subjects;
  readonly gateways: readonly GatewayIntent[];

  /** Labels that tell other gateways' pods. */
  readonly otherSelectors: readonly { readonly [key: string]: string }[];
  readonly teams: readonly TeamIntent[];
  readonly lockedNamespaces: readonly string[];
  readonly rootNamespace: string;

  /** Whether what says nothing of who sees it is private. */
  readonly privateByDefault: boolean;
}
