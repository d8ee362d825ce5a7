import { DedicatedNodesIntent } from './dedicated-nodes';
import { GatewayIntent } from './gateway';

/** Pods of a namespace. */
export interface PodsIntent {
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
}

/** Which namespaces are locked down, and what stays open to them: every value checked, every default applied. */
export interface LockdownIntent {
  readonly path: string;
  readonly namespaces: readonly string[];
  readonly gateways: readonly GatewayIntent[];

  /** Namespaces whose Services each may reach; `.` for the own. */
  readonly inCluster: readonly string[];
  readonly clusterDomain: string;
  readonly dns: PodsIntent;
  readonly istiod: PodsIntent;

  /** Namespaces that may reach the gateways' pods beside the clients of routes. */
  readonly gatewayClients: readonly string[];

  /** None: the gateways run where they are put. */
  readonly dedicatedNodes?: DedicatedNodesIntent;
}
