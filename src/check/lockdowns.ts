import { describe, Problem, RelationProblem } from './problem';
import { EgressIntent } from '../plan/intent';
import { isSameGateway, LockdownIntent, nextAddresses, RouteOf, sees } from '../plan/lockdown';
import { GatewayWorkload } from '../plan/route';

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
function offTheNodes({ dedicatedNodes, gateways }: LockdownIntent, workloads: readonly GatewayWorkload[]): string[] {
  if (!dedicatedNodes) return [];
  const { taintKey, taintValue } = dedicatedNodes;
  return workloads.filter(({ gateway }) => gateways.some(one => isSameGateway(one, gateway))).flatMap(({ path, workload }) => {
    const tolerates = workload.tolerations.some(({ key, operator, value }) =>
      key === undefined || (key === taintKey && (operator === 'Exists' || value === taintValue)));
    if (tolerates && Object.keys(workload.nodeSelector).length > 0) return [];
    return [describe(Problem.GATEWAY_OFF_DEDICATED_NODES,
      `gateway "${path}" ${tolerates ? 'has no nodeSelector, and runs on any node' : `does not tolerate the taint "${taintKey}", and cannot run there`}`,
      `give it nodeSelector with a label of those nodes, and tolerations with { key: '${taintKey}'${taintValue === undefined ? '' : `, value: '${taintValue}'`} }`)];
  });
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
