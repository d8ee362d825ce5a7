import { describe, Problem } from '../intent/problem';
import { Plan } from '../plan/plan';

/** Bytes that Istio 1.31 sends for each set of callers in each filter chain of a gateway, at least. */
const BYTES = 130;

/** Configuration of a gateway that is worth a word. */
const MUCH = 4e6;

/** Gateways whose configuration grows large, because whom they refuse is copied into every filter chain of them. */
export function manyCallers({ gateways }: Plan): string[] {
  return gateways.flatMap(({ name, doors, callers }) => {
    const sets = callers.filter(({ who }) => who !== 'all').length;
    const bytes = sets * doors.length * BYTES;
    if (bytes < MUCH) return [];
    return [describe(Problem.MANY_CALLERS,
      `${sets} different sets of callers use gateway "${name}", and Istio copies what it refuses into each of its ${doors.length} filter chains: ${Math.ceil(bytes / 1e6)} MB of configuration or more for each of its pods`,
      'let more routes have the same exportTo, and tell their callers apart by service accounts in allowFrom, which cost nothing of the kind; or use several gateways')];
  });
}
