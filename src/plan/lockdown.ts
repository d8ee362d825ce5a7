import { DedicatedNodesIntent } from '../intent/dedicated-nodes';
import { isSameGateway } from '../intent/gateway';
import { EgressIntent, GatewayIntent } from '../intent/intent';
import type { RouteIntent } from '../intent/route';

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

/** What the pods of one namespace may reach, and nothing else. */
export interface Fence {
  readonly namespace: string;
  readonly pods: readonly Opening[];

  /** Canonical addresses and CIDRs outside, with their ports. */
  readonly addresses: readonly { readonly address: string; readonly ports: readonly number[] }[];

  /** Hosts that sidecars know, as Istio's `namespace/host`. */
  readonly hosts: readonly string[];
}

/** Pods, or all of a namespace, at some ports or all. */
export interface Opening {
  readonly namespace: string;
  readonly labels?: { readonly [key: string]: string };
  readonly ports?: readonly { readonly port?: number; readonly protocol: 'TCP' | 'UDP' }[];
}

export type RouteOf = (egress: EgressIntent) => RouteIntent | undefined;

const DNS_PORTS = [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }] as const;
const ANY_TCP_PORT = [{ protocol: 'TCP' }] as const;
const ISTIOD_PORTS = [{ port: 15012, protocol: 'TCP' }] as const;

/** The fence around one locked namespace. */
export function fence(lockdown: LockdownIntent, namespace: string, egresses: readonly EgressIntent[], routeOf: RouteOf): Fence {
  const inside = reachable(lockdown, namespace);
  const own = egresses.filter(egress => sees(namespace, egress));
  return {
    namespace,
    pods: [
      { ...lockdown.dns, ports: DNS_PORTS },
      { ...lockdown.istiod, ports: ISTIOD_PORTS },
      ...lockdown.gateways.map(({ namespace: where, labels }) => ({ namespace: where, labels, ports: ANY_TCP_PORT })),
      ...inside.map(name => ({ namespace: name })),
    ],
    addresses: own.filter(egress => !routeOf(egress)).flatMap(egress => {
      const { addresses, ports } = nextAddresses(egress);
      return addresses.map(address => ({ address, ports }));
    }),
    hosts: [...new Set([
      ...own.flatMap(egress => egress.hosts.map(host => `${egress.namespace === namespace ? '.' : egress.namespace}/${host}`)),
      ...inside.map(name => `${name === namespace ? '.' : name}/*.${name}.svc.${lockdown.clusterDomain}`),
    ])].sort(),
  };
}

/** Addresses and ports that the sidecars of a direct egress dial; no address: those are known by DNS only. */
export function nextAddresses({ addresses, ports, externalProxy }: EgressIntent): Pick<EgressIntent, 'addresses' | 'ports'> {
  return externalProxy ? { addresses: externalProxy.addresses, ports: [externalProxy.port] } : { addresses, ports };
}

/** Namespaces that may reach a gateway's pods, sorted; `*` alone for all. */
export function gatewayClients(lockdown: LockdownIntent, gateway: GatewayIntent, routes: readonly RouteIntent[]): string[] {
  const clients = [...new Set([
    ...lockdown.namespaces,
    ...lockdown.gatewayClients,
    ...routes.filter(route => isSameGateway(route.gateway, gateway)).flatMap(({ egress }) => egress.clients),
  ])].sort();
  return clients.includes('*') ? ['*'] : clients;
}

/** Whether workloads of a namespace may use an egress. */
export function sees(namespace: string, { clients }: EgressIntent): boolean {
  return clients.includes(namespace) || clients.includes('*');
}

/** Namespaces whose pods those of a locked one may reach, sorted. */
export function reachable({ inCluster }: LockdownIntent, namespace: string): string[] {
  return [...new Set(inCluster.map(name => name === '.' ? namespace : name))].sort();
}

/** Whether a lockdown opens a gateway to its namespaces. */
export function opens({ gateways }: LockdownIntent, gateway: GatewayIntent): boolean {
  return gateways.some(one => isSameGateway(one, gateway));
}
