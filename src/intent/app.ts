import { IConstruct } from 'constructs';

/** What is the same for every construct of an app: every value checked, every default applied. */
export interface AppIntent {
  /** None: nothing of it is led through a gateway. */
  readonly name?: string;
  readonly trustDomain: string;
  readonly clusterDomain: string;
  readonly istioNamespace: string;

  /** Oldest minor version of Istio, as `1.31`; none: the one that the library is made for. */
  readonly istioVersion?: string;
  readonly revision?: string;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
}

/** What holds of an app unless it says otherwise. */
export const APP_DEFAULTS: AppIntent = { trustDomain: 'cluster.local', clusterDomain: 'cluster.local', istioNamespace: 'istio-system', labels: {}, annotations: {} };

const said = new WeakMap<IConstruct, AppIntent>();

/** What was said of the app that a construct belongs to. */
export function appOf(construct: IConstruct): AppIntent {
  return said.get(construct.node.root) ?? APP_DEFAULTS;
}

/** Says what is the same for every construct of an app. */
export function sayOfApp(root: IConstruct, app: Partial<AppIntent>): void {
  said.set(root, { ...APP_DEFAULTS, ...app });
}
