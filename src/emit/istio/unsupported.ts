import { describe, Problem, RelationProblem } from '../../intent/problem';
import { Plan } from '../../plan/plan';

/** Most rules of one AuthorizationPolicy (Istio's CRD). */
const MOST_RULES = 512;

/** What Istio's API cannot say. */
export function unsupported({ app, gateways }: Plan): RelationProblem[] {
  return gateways.filter(({ callers }) => app !== undefined && callers.length >= MOST_RULES).map(({ name, callers }) => ({
    path: name,
    text: describe(Problem.TOO_MANY, `${callers.length} different sets of callers use gateway "${name}", and one AuthorizationPolicy of Istio takes ${MOST_RULES - 1} of them`,
      'name service accounts in allowFrom, which need none, or use several gateways'),
  }));
}
