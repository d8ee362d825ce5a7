import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { addressPeer, meshRules, NETWORK_POLICY, placeRule, podPeer, tcpPort } from './network-peer';
import { PlaceIntent } from '../../intent/place';
import { isIpv6 } from '../../intent/private-ranges';
import { Clients, Fence } from '../../plan/plan';
import { emit, ObjectMeta } from '../object';

/** Who may reach a gateway's pods, and where they may go. */
export interface Surroundings {
  readonly selector: { readonly [key: string]: string };

  /** Namespaces that may come in; none: another policy says who may. */
  readonly clients?: Clients;

  /** Ports of the pods by which they come; none: they are not known. */
  readonly ports?: readonly number[];
  readonly dns: readonly PlaceIntent[];
  readonly istiod: readonly PlaceIntent[];

  /** DNS server beside the cluster's. */
  readonly resolver?: string;

  /** Addresses that are meant. */
  readonly addresses: Fence['addresses'];

  /** Ports at which they dial what names resolve to. */
  readonly namedPorts: 'any' | readonly number[];
  readonly deniedRanges: readonly string[];
  readonly allowedRanges: readonly string[];
}

/** Istio's ports for merged metrics, health and the proxy's own metrics. */
const OBSERVED = [15020, 15021, 15090];
const DNS = 53;
const ANY_POD = { namespaceSelector: {} };

/**
 * The NetworkPolicy of a gateway. Whoever owns a name chooses where it leads: out to DNS, istiod and the addresses that are meant, and by name
 * to the world without private addresses.
 */
export function networkPolicy(scope: Construct, id: string, meta: ObjectMeta, surroundings: () => Surroundings): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => specOf(surroundings()));
}

function specOf(surroundings: Surroundings) {
  const { selector, addresses, resolver } = surroundings;
  return {
    podSelector: { matchLabels: { ...selector } },
    policyTypes: ['Egress', 'Ingress'],
    ingress: [...comers(surroundings), { from: [ANY_POD], ports: OBSERVED.map(tcpPort) }],
    egress: [
      ...(resolver === undefined ? [] : [placeRule({ at: { addresses: [resolver] }, tcpPorts: [DNS], udpPorts: [DNS] })]),
      ...meshRules(surroundings),
      ...world(surroundings),
      ...addresses.map(({ address, port }) => ({ to: [addressPeer(address)], ports: [tcpPort(port)] })),
    ],
  };
}

/** A rule without anybody in it would let everybody in. */
function comers({ clients = [], ports }: Surroundings): object[] {
  if (clients.length === 0) return [];
  return [{ from: clients === 'all' ? [ANY_POD] : clients.map(client => podPeer(client)), ports: ports?.map(tcpPort) }];
}

function world({ namedPorts, deniedRanges, allowedRanges }: Surroundings): object[] {
  if (namedPorts.length === 0) return [];
  return [{
    to: [
      { ipBlock: { cidr: '0.0.0.0/0', except: deniedRanges.filter(range => !isIpv6(range)) } },
      { ipBlock: { cidr: '::/0', except: deniedRanges.filter(isIpv6) } },
      ...allowedRanges.map(addressPeer),
    ],
    ports: namedPorts === 'any' ? [{ protocol: 'TCP' }] : namedPorts.map(tcpPort),
  }];
}
