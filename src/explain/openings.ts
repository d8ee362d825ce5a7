import { IConstruct } from 'constructs';
import { LockdownOpening } from './lockdown-opening';
import { AppIndex } from '../app/app-index';
import { describePlace } from '../intent/place';
import { Fence, Way } from '../plan/plan';
import { branches, clientNames, dialledOutside, mayTake } from '../plan/plan-of';

type Opening = Omit<LockdownOpening, 'namespace'>;

/** What stays open whatever a lockdown says: of NetworkPolicies by Kubernetes' own account of them. */
const EVERYWHERE: readonly Opening[] = [
  { to: 'anywhere, by a pod on the host\'s network', why: 'NetworkPolicies do not hold such pods; the baseline level of Kubernetes\' pod security forbids them' },
  { to: 'anywhere, by a pod that starts before the network plugin has programmed it', why: 'Kubernetes leaves it to the plugin whether new pods wait for their policies' },
  { to: 'the node that a pod runs on, and pods on its host\'s network', why: 'NetworkPolicies always allow traffic between a pod and its own node, in both directions' },
  { to: 'anywhere by ICMP', why: 'NetworkPolicies speak of TCP, UDP and SCTP; what else they hold is the plugin\'s choice' },
  { to: 'whoever may exec into its pods, attach or port-forward', why: 'the kubelet leads them past NetworkPolicies and sidecars; RBAC holds them (pods/exec, pods/attach, pods/portforward)' },
  { to: 'wherever a further NetworkPolicy in it leads', why: 'NetworkPolicies add up: whoever may write them there opens more' },
  {
    to: 'further hosts by what is open', why: 'whoever may write a Sidecar with a workloadSelector, a ServiceEntry or an EnvoyFilter there tells sidecars of more; the NetworkPolicy holds them all the same',
  },
  { to: 'whatever a policy of the cluster allows', why: 'AdminNetworkPolicies, ClusterNetworkPolicies and those of plugins stand above: they open what is shut here, and shut what is open' },
];

/**
 * What namespaces can still reach in spite of a lockdown: the locked ones sorted by name, then what is the same for all of them, then the
 * clients that are not locked.
 */
export function lockdownOpenings(construct: IConstruct, lockdown: string): LockdownOpening[] {
  const { ways, fences } = AppIndex.of(construct).plan();
  const locked = new Set(fences.map(({ namespace }) => namespace));
  const clients = new Set(ways.flatMap(clientNames));
  const unlocked = [...clients].filter(client => !locked.has(client)).sort();
  return [
    ...fences.filter(fence => fence.lockdown === lockdown)
      .flatMap(fence => openingsOf(fence, ways, locked).map(opening => ({ namespace: fence.namespace, ...opening }))),
    ...EVERYWHERE.map(opening => ({ namespace: 'every locked namespace', ...opening })),
    ...unlocked.map(client => ({
      namespace: client === '*' ? 'every other namespace' : client, to: 'anywhere', why: 'a client of an egress, and not locked down',
    })),
  ];
}

function openingsOf(fence: Fence, ways: readonly Way[], locked: ReadonlySet<string>): Opening[] {
  const { namespace, gateways, inside, others, dns, istiod, exceptions, inbound } = fence;
  const own = ways.filter(way => mayTake(namespace, way));
  const isLocked = (name: string) => locked.has(name);
  return [
    ...dns.map(place => ({
      to: `the cluster's DNS (${describePlace(place)})`, why: 'names must be resolved; queries can carry data out to whoever answers for a domain',
    })),
    ...istiod.map(place => ({ to: `istiod (${describePlace(place)})`, why: 'sidecars need it' })),
    ...gateways.map(name => ({ to: `the pods of gateway ${name}`, why: 'routes lead through it; what it lets in its doors decide' })),
    ...ways.flatMap(way => throughBlindDoor(way, gateways)),
    ...gateways.map(name => ({
      to: `whatever other apps lead through gateway ${name} by passthrough and plaintext hops`,
      why: 'such doors cannot know who calls, and this app knows its own alone',
    })),
    ...inside.map(name => ({
      to: `every pod of namespace ${name}`,
      why: isLocked(name) ? 'named in inClusterNamespaces; locked down itself' : 'named in inClusterNamespaces; not locked down, so its pods can hand on to anywhere',
    })),
    ...others.map(({ namespace: of, host }) => ({
      to: `${host === '*' ? 'whatever hosts' : host} an entry of ${of === '.' ? 'its own namespace' : `namespace ${of}`} declares`,
      why: 'named in otherHosts; sidecars know it, and the NetworkPolicy still shuts what lies beside gateways and exceptions',
    })),
    ...exceptions.flatMap(({ places, reason }) => places.map(place => ({ to: describePlace(place), why: `an exception: ${reason}` }))),
    ...own.flatMap(branches).flatMap(direct),
    ...own.flatMap(insideToo),
    ...(inside.length > 0 ? [{
      to: 'the pods of those namespaces by UDP', why: 'sidecars do not see UDP; to gateways and addresses outside the NetworkPolicy opens TCP alone',
    }] : []),
    ...couriers(inbound, isLocked),
  ];
}

/** Those who may come in can carry out what they fetch. */
function couriers(inbound: Fence['inbound'], isLocked: (namespace: string) => boolean): Opening[] {
  if (!inbound) {
    return [{ to: 'whoever opens connections to its pods', why: 'a pod of any namespace can fetch what is there and carry it out: inboundNamespaces says who may' }];
  }
  return [
    ...inbound.namespaces.filter(name => !isLocked(name)).map(name => ({
      to: `the pods of namespace ${name}, which open connections to it`, why: 'named in inboundNamespaces; not locked down, so they can carry out what they fetch',
    })),
    ...inbound.addresses.map(address => ({ to: `${address}, which opens connections to it`, why: 'named in inboundAddresses: it can carry out what it fetches' })),
  ];
}

/** A door that cannot know who calls is open to whoever reaches the pods, whose route it may be. */
function throughBlindDoor({ host, port, route, legs: [{ door }] }: Way, gateways: readonly string[]): Opening[] {
  if (!door || door.opensTo.by === 'own-name' || !gateways.includes(door.gateway)) return [];
  return [{
    to: `${host} on port ${port} through gateway ${door.gateway}`,
    why: `"${route}" has a ${door.opensTo.by === 'sni' ? 'passthrough' : 'plaintext'} hop, where the gateway cannot know who calls: every pod can, also one without a sidecar`,
  }];
}

/** What is taken by its port alone is taken from inside the cluster, too, where that cannot be told from outside. */
function insideToo({ egress, host, port, taken }: Way): Opening[] {
  if (taken.by !== 'port' || taken.except) return [];
  return [{
    to: `${host} on port ${port}, with what is meant for pods inside the cluster`,
    why: `"${egress}" takes any address on that port, pods' too: clusterRanges of EgressApp.configure leave those out`,
  }];
}

/** What the sidecars dial, whatever the application does: any pod can. */
function direct(way: Way): Opening[] {
  const { egress, host, share, legs: [{ reach, tunnel, admittedOutside }] } = way;
  return dialledOutside(way).map(address => ({
    to: `${address} on port ${reach.port} (${tunnel ? `the forward proxy ${tunnel.proxy}, for ${host}` : host})`,
    why: admittedOutside
      ? `"${egress}" leads by that proxy, which decides by certificate who passes: every pod can dial it`
      : tunnel ? `"${egress}" goes by it: every pod can ask it for anything that it allows, also one without a sidecar`
        : `"${egress}" is direct${share === undefined ? '' : ` but for a share of ${100 - share} %`}: every pod can, also one without a sidecar`,
  }));
}
