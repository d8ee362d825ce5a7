import { IConstruct } from 'constructs';
import { LockdownOpening } from './lockdown-opening';
import { AppIndex } from '../app/app-index';
import { Fence, Way } from '../plan/plan';
import { branches, clientNames, dialledOutside, mayTake } from '../plan/plan-of';

type Opening = Omit<LockdownOpening, 'namespace'>;

/** What namespaces can still reach in spite of a lockdown: the locked ones sorted by name, then the clients that are not locked. */
export function lockdownOpenings(construct: IConstruct, lockdown: string): LockdownOpening[] {
  const { ways, fences } = AppIndex.of(construct).plan();
  const locked = new Set(fences.map(({ namespace }) => namespace));
  const clients = new Set(ways.flatMap(clientNames));
  const unlocked = [...clients].filter(client => !locked.has(client)).sort();
  return [
    ...fences.filter(fence => fence.lockdown === lockdown)
      .flatMap(fence => openingsOf(fence, ways, locked).map(opening => ({ namespace: fence.namespace, ...opening }))),
    ...unlocked.map(client => ({
      namespace: client === '*' ? 'every other namespace' : client, to: 'anywhere', why: 'a client of an egress, and not locked down',
    })),
  ];
}

function openingsOf({ namespace, gateways, inside }: Fence, ways: readonly Way[], locked: ReadonlySet<string>): Opening[] {
  return [
    { to: 'the cluster\'s DNS', why: 'names must be resolved; queries can carry data out to whoever answers for a domain' },
    { to: 'istiod', why: 'sidecars need it, on port 15012' },
    ...gateways.map(name => ({ to: `the pods of gateway ${name}`, why: 'routes lead through it; what it lets in its doors decide' })),
    ...ways.flatMap(way => throughBlindDoor(way, gateways)),
    ...inside.map(name => ({
      to: `every pod of namespace ${name}`,
      why: locked.has(name) ? 'named in inClusterNamespaces; locked down itself' : 'named in inClusterNamespaces; not locked down, so its pods can hand on to anywhere',
    })),
    ...ways.filter(way => mayTake(namespace, way)).flatMap(branches).flatMap(direct),
    ...(inside.length > 0 ? [{
      to: 'the pods of those namespaces by UDP', why: 'sidecars do not see UDP; to gateways and addresses outside the NetworkPolicy opens TCP alone',
    }] : []),
    { to: 'anywhere, by a pod on the host\'s network', why: 'NetworkPolicies do not hold such pods; the baseline level of Kubernetes\' pod security forbids them' },
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
