import { gatewayName } from '../intent/gateway';
import { describe, Problem } from '../intent/problem';
import { RouteIntent } from '../intent/route';
import { PermissionIntent, takesPolicy } from '../plan/permission';

/** Routes with a policy of their own at one gateway from which on its configuration is worth a word. */
const MANY = 100;

/** Bytes that Istio 1.31 sends of a policy for each filter chain of its gateway, at least. */
const BYTES = 190;

/** Gateways whose configuration grows large, because every policy is copied into every filter chain of them. */
export function manyPolicies(
  routes: readonly RouteIntent[], permissionsOn: (route: RouteIntent) => readonly PermissionIntent[] | undefined,
): string[] {
  const gateways = new Map<string, { policies: number; chains: number }>();
  for (const route of routes) {
    const name = gatewayName(route.gateway);
    const { policies, chains } = gateways.get(name) ?? { policies: 0, chains: 0 };
    const permissions = permissionsOn(route);
    gateways.set(name, {
      policies: policies + (permissions && takesPolicy(route, permissions) ? 1 : 0),
      chains: chains + route.egress.hosts.length * route.egress.ports.length,
    });
  }
  return [...gateways].filter(([, { policies }]) => policies >= MANY).map(([name, { policies, chains }]) => describe(Problem.MANY_POLICIES,
    `${policies} routes of gateway "${name}" have rules by namespace or by request, which Istio copies into each of its ${chains} filter chains: `
    + `${Math.ceil(policies * chains * BYTES / 1e6)} MB of configuration or more for each of its pods`,
    'name service accounts, which cost nothing of the kind, or let exportTo name the clients, or use several gateways'));
}
