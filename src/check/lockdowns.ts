import { rangeOf } from '../intent/addresses';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { LockdownIntent, SidecarIntent } from '../intent/lockdown';
import { describe, Problem, RelationProblem } from '../intent/problem';
import { Plan, Way } from '../plan/plan';
import { branches, dialled, dialledOutside, mayTake } from '../plan/plan-of';

/** What is wrong between the lockdowns of an app, and between them and its ways. */
export function lockdownProblems(
  lockdowns: readonly LockdownIntent[], sidecars: readonly SidecarIntent[], plan: Plan, gateways: readonly GatewayIntent[],
): RelationProblem[] {
  const ways = plan.ways.flatMap(branches);
  const unclear = ways.filter(({ legs: [{ door }] }) => door).concat(ways.filter(way => !way.legs[0].door && dialledOutside(way).length === 0));
  return [
    ...overlapping([...lockdowns, ...sidecars]),
    ...lockdowns.flatMap(lockdown => [...offTheNodes(lockdown, gateways), ...cutOff(lockdown, unclear), ...ofEgresses(lockdown, plan.ways)]
      .map(text => ({ path: lockdown.path, text }))),
  ];
}

function overlapping(sidecars: readonly SidecarIntent[]): RelationProblem[] {
  const owners = new Map<string, string>();
  return sidecars.flatMap(({ path, namespaces }) => namespaces.flatMap(namespace => {
    const owner = owners.get(namespace);
    owners.set(namespace, owner ?? path);
    return owner === undefined ? [] : [{
      path,
      text: describe(Problem.OVERLAPPING_LOCKDOWNS, `"${owner}" names namespace "${namespace}" too`,
        'Istio takes one Sidecar a namespace, and what one lockdown closes the other opens: name it in one of them; a lockdown has all that an EgressSidecar has'),
    }];
  }));
}

/** Exceptions whose addresses an egress leads: sidecars would do either, silently. */
function ofEgresses({ namespaces, exceptions }: LockdownIntent, ways: readonly Way[]): string[] {
  const places = exceptions.flatMap(dialled);
  if (places.length === 0) return [];
  const common = (one: string, other: string) => rangeOf(one).first <= rangeOf(other).last && rangeOf(other).first <= rangeOf(one).last;
  const locked = new Set(namespaces);
  const own = ways.filter(({ clients }) => clients === 'all' || clients.some(client => locked.has(client)));
  return [...new Set(own.flatMap(({ egress, port, taken: by }) => {
    const addresses = by.by === 'addresses' ? by.addresses : [];
    return places.filter(({ ports }) => ports.includes(port)).flatMap(place => place.addresses)
      .filter(one => addresses.some(other => common(one, other))).map(address => describe(Problem.EXCEPTION_OF_EGRESS, `an exception opens ${address} on port ${port}, where "${egress}" says which way connections go`,
        'leave the exception out: the lockdown opens what egresses dial'));
  }))];
}

/** Gateways of the app that are not put on the nodes that they have for themselves. */
function offTheNodes(lockdown: LockdownIntent, gateways: readonly GatewayIntent[]): string[] {
  if (!lockdown.dedicatedNodes) return [];
  const { taintKey, taintValue } = lockdown.dedicatedNodes;
  const named = new Set(lockdown.gateways.map(gatewayName));
  return gateways.filter(gateway => named.has(gatewayName(gateway))).flatMap(({ path, workload }) => {
    const { tolerations, nodeSelector } = workload!;
    const tolerates = tolerations.some(({ key, operator, value }) =>
      key === undefined || (key === taintKey && (operator === 'Exists' || value === taintValue)));
    if (tolerates && Object.keys(nodeSelector).length > 0) return [];
    return [describe(Problem.GATEWAY_OFF_DEDICATED_NODES,
      `gateway "${path}" ${tolerates ? 'has no nodeSelector, and runs on any node' : `does not tolerate the taint "${taintKey}", and cannot run there`}`,
      `give it nodeSelector with a label of those nodes, and tolerations with { key: '${taintKey}'${taintValue === undefined ? '' : `, value: '${taintValue}'`} }`)];
  });
}

/** Ways of locked namespaces by gateways that are not named, or to places that no NetworkPolicy can name. */
function cutOff({ namespaces, gateways }: LockdownIntent, ways: readonly Way[]): string[] {
  const named = new Set(gateways.map(gatewayName));
  const locked = new Set(namespaces);
  return [...new Set(ways.flatMap(way => {
    const { egress, route, clients, taken, share, legs: [{ door, reach, tunnel, security }] } = way;
    const instead = tunnel ? ', and give forwardProxy to that instead' : security.by === 'tls' ? ', and give tlsOrigination to that instead' : '';
    if (door && named.has(door.gateway)) return [];
    const namespace = clients === 'all' ? namespaces[0] : clients.find(client => locked.has(client));
    if (namespace === undefined || !mayTake(namespace, way)) return [];
    return [door
      ? describe(Problem.GATEWAY_NOT_IN_LOCKDOWN,
        `"${route}" leads namespace "${namespace}" through gateway "${door.gateway}", which the lockdown cuts off`, 'name it in gateways')
      : describe(Problem.DIRECT_EGRESS_IN_LOCKDOWN,
        tunnel && reach.to === 'name' ? `"${egress}" goes by the forward proxy ${reach.name}, which is known by name, and a NetworkPolicy of namespace "${namespace}" opens addresses only`
          : `"${egress}" is ${share === undefined ? 'direct' : `direct in part, by the weight of "${route}",`} and known by name, and a NetworkPolicy of namespace "${namespace}" opens addresses only`,
        `${tunnel ? 'give the forward proxy its addresses' : `list its addresses${taken.by === 'port' ? ' instead of anyAddress' : ''}`}; or ${share === undefined ? `lead it through a gateway of the lockdown with an EgressGatewayRoute${instead}` : 'leave weight out of the route'}`)];
  }))];
}
