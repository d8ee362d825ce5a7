import { gatewayName } from '../intent/gateway';
import { EgressIntent } from '../intent/intent';
import { describe, Problem, RelationProblem } from '../intent/problem';
import { GatewayWorkload } from '../intent/route';
import { LockdownIntent, nextAddresses, opens, RouteOf, sees } from '../plan/lockdown';

/** What is wrong between the lockdowns of an app, and between them and its egresses. */
export function lockdownProblems(
  lockdowns: readonly LockdownIntent[], egresses: readonly EgressIntent[], routeOf: RouteOf, workloads: readonly GatewayWorkload[],
): RelationProblem[] {
  const owners = new Map<string, string>();
  return lockdowns.flatMap(lockdown => [...offTheNodes(lockdown, workloads), ...lockdown.namespaces.flatMap(namespace => {
    const owner = owners.get(namespace);
    owners.set(namespace, owner ?? lockdown.path);
    return [
      ...(owner === undefined ? [] : [describe(Problem.OVERLAPPING_LOCKDOWNS,
        `"${owner}" locks down namespace "${namespace}" too`, 'Istio takes one Sidecar a namespace, and what one lockdown closes the other opens: name it in one of them')]),
      ...egresses.filter(egress => sees(namespace, egress)).flatMap(egress => unlocked(lockdown, namespace, egress, routeOf)),
    ];
  })].map(text => ({ path: lockdown.path, text })));
}

/** Gateways of the app that are not put on the nodes that they have for themselves. */
function offTheNodes(lockdown: LockdownIntent, workloads: readonly GatewayWorkload[]): string[] {
  if (!lockdown.dedicatedNodes) return [];
  const { taintKey, taintValue } = lockdown.dedicatedNodes;
  return workloads.filter(({ gateway }) => opens(lockdown, gateway)).flatMap(({ path, workload }) => {
    const tolerates = workload.tolerations.some(({ key, operator, value }) =>
      key === undefined || (key === taintKey && (operator === 'Exists' || value === taintValue)));
    if (tolerates && Object.keys(workload.nodeSelector).length > 0) return [];
    return [describe(Problem.GATEWAY_OFF_DEDICATED_NODES,
      `gateway "${path}" ${tolerates ? 'has no nodeSelector, and runs on any node' : `does not tolerate the taint "${taintKey}", and cannot run there`}`,
      `give it nodeSelector with a label of those nodes, and tolerations with { key: '${taintKey}'${taintValue === undefined ? '' : `, value: '${taintValue}'`} }`)];
  });
}

function unlocked(lockdown: LockdownIntent, namespace: string, egress: EgressIntent, routeOf: RouteOf): string[] {
  const route = routeOf(egress);
  if (route && !opens(lockdown, route.gateway)) {
    return [describe(Problem.GATEWAY_NOT_IN_LOCKDOWN,
      `"${route.path}" leads namespace "${namespace}" through gateway "${gatewayName(route.gateway)}", which the lockdown cuts off`, 'name it in gateways')];
  }
  return route || nextAddresses(egress).addresses.length > 0 ? [] : [describe(Problem.DIRECT_EGRESS_IN_LOCKDOWN,
    `"${egress.path}" is direct and known by name, and a NetworkPolicy of namespace "${namespace}" opens addresses only`,
    'lead it through a gateway with an EgressGatewayRoute, or list its addresses')];
}
