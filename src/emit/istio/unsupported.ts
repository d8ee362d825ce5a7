import { describe, Problem, RelationProblem } from '../../intent/problem';
import { Plan, Way } from '../../plan/plan';
import { remainder } from '../../plan/plan-of';

/** Most rules of one AuthorizationPolicy, and most ports of one endpoint (Istio's CRDs). */
const MOST_RULES = 512;
const MOST_PORTS = 128;

/** What Istio's API cannot say. */
export function unsupported(plan: Plan): RelationProblem[] {
  return [...manySets(plan), ...manyPorts(plan)];
}

function manySets({ gateways }: Plan): RelationProblem[] {
  return gateways.filter(({ callers }) => callers.length >= MOST_RULES).map(({ name, callers }) => ({
    path: name,
    text: describe(Problem.TOO_MANY, `${callers.length} different sets of callers use gateway "${name}", and one AuthorizationPolicy of Istio takes ${MOST_RULES - 1} of them`,
      'let routes have the same exportTo, and tell their callers apart by service accounts in allowFrom, which need none; or use several gateways'),
  }));
}

/** A host whose ports lead to other ports says so at each endpoint, port by port. */
function manyPorts({ ways }: Plan): RelationProblem[] {
  const ports = new Map<string, { readonly way: Way; readonly count: number; readonly moved: boolean }>();
  for (const way of ways.map(remainder).filter(({ legs: [{ reach }] }) => ['name', 'addresses'].includes(reach.to))) {
    const { port, legs: [{ reach }] } = way;
    const key = `${way.egress} ${way.host}`;
    const { count, moved } = ports.get(key) ?? { count: 0, moved: false };
    ports.set(key, { way, count: count + 1, moved: moved || reach.port !== port });
  }
  return [...ports.values()].filter(({ count, moved }) => moved && count > MOST_PORTS).map(({ way: { egress, host }, count }) => ({
    path: egress,
    text: describe(Problem.TOO_MANY, `"${host}" has ${count} ports that lead to another one, and an endpoint of Istio takes ${MOST_PORTS}`,
      'give the others to a TcpEgress with another host name, one of its own if it has addresses, else one that DNS has for the host; or leave the egress direct'),
  }));
}
