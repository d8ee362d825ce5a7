import { DedicatedNodesIntent } from './dedicated-nodes';
import { GatewayIntent } from './gateway';
import { PlaceIntent } from './place';

/** What the sidecars of namespaces know: every value checked, every default applied. */
export interface SidecarIntent {
  readonly path: string;
  readonly namespaces: readonly string[];

  /** Namespaces whose Services each knows; `.` for the own, `*` alone for all. */
  readonly inCluster: readonly string[];
  readonly clusterDomain: string;

  /** Hosts that other apps declare, `.` for the own namespace, `*` for all of a namespace; sorted. */
  readonly otherHosts: readonly OtherHost[];
}

export interface OtherHost {
  readonly namespace: string;
  readonly host: string;
}

/** Which namespaces are locked down, and what stays open to them: every value checked, every default applied. */
export interface LockdownIntent extends SidecarIntent {
  readonly gateways: readonly GatewayIntent[];
  readonly dns: readonly PlaceIntent[];
  readonly istiod: readonly PlaceIntent[];
  readonly exceptions: readonly ExceptionIntent[];

  /** Who may open connections into each; none: anybody. */
  readonly inbound?: InboundIntent;

  /** Namespaces that may reach the gateways' pods beside the clients of routes. */
  readonly gatewayClients: readonly string[];

  /** None: the gateways run where they are put. */
  readonly dedicatedNodes?: DedicatedNodesIntent;
}

/** What they may reach beside what egresses say, and why. */
export interface ExceptionIntent {
  readonly places: readonly PlaceIntent[];
  readonly reason: string;

  /** The Service by which applications reach the addresses; none: they dial those. */
  readonly service?: { readonly namespace: string; readonly name: string };
}

/** Namespaces, `.` for the own, and addresses, both sorted. */
export interface InboundIntent {
  readonly namespaces: readonly string[];
  readonly addresses: readonly string[];
}
