import { IConstruct } from 'constructs';
import { PlaceIntent } from './place';

/** What is the same for every construct of an app: every value checked, every default applied. */
export interface AppIntent {
  /** None: nothing of it is led through a gateway. */
  readonly name?: string;
  readonly trustDomain: string;

  /** Whose Sidecar, policies and filters hold for the whole mesh. */
  readonly rootNamespace: string;
  readonly clusterDomain: string;

  /** Where the cluster's DNS answers, and where istiod serves proxies. */
  readonly dns: readonly PlaceIntent[];
  readonly istiod: readonly PlaceIntent[];

  /** CIDRs of the cluster's pods, Services and nodes, sorted; none: they are not known. */
  readonly clusterRanges?: readonly string[];

  /** Oldest minor version of Istio, as `1.31`; none: the one that the library is made for. */
  readonly istioVersion?: string;
  readonly revision?: string;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
}

/** What holds of an app unless it says otherwise. */
export const APP_DEFAULTS: AppIntent = {
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  dns: [{ at: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }, tcpPorts: [53], udpPorts: [53] }],
  istiod: [{ at: { namespace: 'istio-system', labels: { app: 'istiod' } }, tcpPorts: [15012], udpPorts: [] }],
  labels: {},
  annotations: {},
};

const said = new WeakMap<IConstruct, AppIntent>();

/** What was said of the app that a construct belongs to. */
export function appOf(construct: IConstruct): AppIntent {
  return said.get(construct.node.root) ?? APP_DEFAULTS;
}

/** Says what is the same for every construct of an app. */
export function sayOfApp(root: IConstruct, app: Partial<AppIntent>): void {
  said.set(root, { ...APP_DEFAULTS, ...app });
}
