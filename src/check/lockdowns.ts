import { describe, Problem, RelationProblem } from './problem';
import { EgressIntent } from '../plan/intent';
import { isSameGateway, LockdownIntent, nextAddresses, RouteOf, sees } from '../plan/lockdown';

/** What is wrong between the lockdowns of an app, and between them and its egresses. */
export function lockdownProblems(lockdowns: readonly LockdownIntent[], egresses: readonly EgressIntent[], routeOf: RouteOf): RelationProblem[] {
  const owners = new Map<string, string>();
  return lockdowns.flatMap(lockdown => lockdown.namespaces.flatMap(namespace => {
    const owner = owners.get(namespace);
    owners.set(namespace, owner ?? lockdown.path);
    return [
      ...(owner === undefined ? [] : [describe(Problem.OVERLAPPING_LOCKDOWNS,
        `"${owner}" locks down namespace "${namespace}" too`, 'Istio takes one Sidecar a namespace, and what one lockdown closes the other opens: name it in one of them')]),
      ...egresses.filter(egress => sees(namespace, egress)).flatMap(egress => unlocked(lockdown, namespace, egress, routeOf)),
    ];
  }).map(text => ({ path: lockdown.path, text })));
}

function unlocked({ gateways }: LockdownIntent, namespace: string, egress: EgressIntent, routeOf: RouteOf): string[] {
  const route = routeOf(egress);
  if (route && !gateways.some(gateway => isSameGateway(gateway, route.gateway))) {
    return [describe(Problem.GATEWAY_NOT_IN_LOCKDOWN,
      `"${route.path}" leads namespace "${namespace}" through gateway "${route.gateway.namespace}/${route.gateway.service}", which the lockdown cuts off`, 'name it in gateways')];
  }
  return route || nextAddresses(egress).addresses.length > 0 ? [] : [describe(Problem.DIRECT_EGRESS_IN_LOCKDOWN,
    `"${egress.path}" is direct and known by name, and a NetworkPolicy of namespace "${namespace}" opens addresses only`,
    'lead it through a gateway with an EgressGatewayRoute, or list its addresses')];
}
