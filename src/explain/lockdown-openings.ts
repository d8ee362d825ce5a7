import { IConstruct } from 'constructs';
import { AppIndex } from '../check/app-index';
import { LockdownIntent, nextAddresses, sees } from '../plan/lockdown';
import type { LockdownOpening } from '../policy/egress-lockdown';

/** What namespaces can still reach in spite of a lockdown, sorted by namespace. */
export function lockdownOpenings(construct: IConstruct, lockdown: LockdownIntent): LockdownOpening[] {
  const index = AppIndex.of(construct);
  const locked = new Set(index.allLockdowns().flatMap(({ namespaces }) => namespaces));
  const egresses = index.allEgresses();
  const clients = new Set(egresses.flatMap(egress => egress.clients));
  return [
    ...lockdown.namespaces.flatMap(namespace => [
      { to: 'the cluster\'s DNS', why: 'names must be resolved; queries can carry data out to whoever answers for a domain' },
      { to: 'istiod', why: 'sidecars need it, on port 15012' },
      ...lockdown.gateways.map(gateway => ({
        to: `the pods of gateway ${gateway.namespace}/${gateway.service}`, why: 'routes lead through it; what it lets in its doors decide',
      })),
      ...[...new Set(lockdown.inCluster.map(name => name === '.' ? namespace : name))].sort().map(name => ({
        to: `every pod of namespace ${name}`,
        why: locked.has(name) ? 'named in inClusterNamespaces; locked down itself' : 'named in inClusterNamespaces; not locked down, so its pods can hand on to anywhere',
      })),
      ...egresses.filter(egress => sees(namespace, egress) && !index.routeOf(egress)).flatMap(egress => {
        const { addresses, ports } = nextAddresses(egress);
        return addresses.map(address => ({
          to: `${address} on port ${ports.join(', ')} (${egress.hosts.join(', ')})`,
          why: egress.externalProxy ? `"${egress.path}" leads by that proxy, which decides by certificate who passes: every pod can dial it`
            : `"${egress.path}" is direct: every pod can, also one without a sidecar`,
        }));
      }),
    ].map(opening => ({ namespace, ...opening }))),
    ...lockdown.gateways.filter(({ sniProxy }) => sniProxy).map(gateway => ({
      namespace: 'every other namespace', to: `the pods of gateway ${gateway.namespace}/${gateway.service}`, why: 'its own NetworkPolicy lets every pod in; its doors still decide',
    })),
    ...[...clients].filter(client => !locked.has(client)).sort().map(client => ({
      namespace: client === '*' ? 'every other namespace' : client, to: 'anywhere', why: 'a client of an egress, and not locked down',
    })),
  ];
}
