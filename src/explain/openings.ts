import { IConstruct } from 'constructs';
import { AppIndex } from '../app/app-index';
import { gatewayName } from '../intent/gateway';
import { EgressIntent } from '../intent/intent';
import { RouteIntent } from '../intent/route';
import { LockdownIntent, nextAddresses, opens, reachable, sees } from '../plan/lockdown';
import type { LockdownOpening } from '../policy/egress-lockdown';

type Opening = Omit<LockdownOpening, 'namespace'>;

/** What namespaces can still reach in spite of a lockdown: the locked ones sorted by name, then the clients that are not locked. */
export function lockdownOpenings(construct: IConstruct, lockdown: LockdownIntent): LockdownOpening[] {
  const index = AppIndex.of(construct);
  const locked = new Set(index.allLockdowns().flatMap(({ namespaces }) => namespaces));
  const egresses = index.allEgresses();
  const unlocked = [...new Set(egresses.flatMap(({ clients }) => clients))].filter(client => !locked.has(client)).sort();
  const blind = index.allRoutes().filter(({ gateway, hop }) => hop.security !== 'mutual-tls' && opens(lockdown, gateway));
  return [
    ...lockdown.namespaces.flatMap(namespace => [
      { to: 'the cluster\'s DNS', why: 'names must be resolved; queries can carry data out to whoever answers for a domain' },
      { to: 'istiod', why: 'sidecars need it, on port 15012' },
      ...lockdown.gateways.map(gateway => ({
        to: `the pods of gateway ${gatewayName(gateway)}`, why: 'routes lead through it; what it lets in its doors decide',
      })),
      ...blind.map(throughBlindDoor),
      ...reachable(lockdown, namespace).map(name => ({
        to: `every pod of namespace ${name}`,
        why: locked.has(name) ? 'named in inClusterNamespaces; locked down itself' : 'named in inClusterNamespaces; not locked down, so its pods can hand on to anywhere',
      })),
      ...egresses.filter(egress => sees(namespace, egress) && !index.routeOf(egress)).flatMap(direct),
      ...(reachable(lockdown, namespace).length > 0 ? [{
        to: 'the pods of those namespaces by UDP', why: 'sidecars do not see UDP; to gateways and addresses outside the NetworkPolicy opens TCP alone',
      }] : []),
      { to: 'anywhere, by a pod on the host\'s network', why: 'NetworkPolicies do not hold such pods; the baseline level of Kubernetes\' pod security forbids them' },
    ].map(opening => ({ namespace, ...opening }))),
    ...unlocked.map(client => ({
      namespace: client === '*' ? 'every other namespace' : client, to: 'anywhere', why: 'a client of an egress, and not locked down',
    })),
  ];
}

/** A door that cannot know who calls is open to whoever reaches the pods, whose route it may be. */
function throughBlindDoor({ path, egress, gateway, hop }: RouteIntent): Opening {
  return {
    to: `${egress.hosts.join(', ')} on port ${egress.ports.join(', ')} through gateway ${gatewayName(gateway)}`,
    why: `"${path}" has a ${hop.security} hop, where the gateway cannot know who calls: every pod can, also one without a sidecar`,
  };
}

function direct(egress: EgressIntent): Opening[] {
  const { addresses, ports } = nextAddresses(egress);
  return addresses.map(address => ({
    to: `${address} on port ${ports.join(', ')} (${egress.hosts.join(', ')})`,
    why: egress.externalProxy
      ? `"${egress.path}" leads by that proxy, which decides by certificate who passes: every pod can dial it`
      : `"${egress.path}" is direct: every pod can, also one without a sidecar`,
  }));
}
