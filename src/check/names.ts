import { ApiObject, Chart } from 'cdk8s';
import { describe, Problem, RelationProblem } from '../intent/problem';
import { MANAGED_BY } from '../intent/reserved-names';

const [[KEY, VALUE]] = Object.entries(MANAGED_BY);

/** Objects of the library that another of all these would overwrite. */
export function nameProblems(objects: readonly ApiObject[]): RelationProblem[] {
  const firsts = new Map<string, ApiObject>();
  const problems: RelationProblem[] = [];
  for (const object of objects) {
    const namespace = object.metadata.namespace ?? Chart.of(object).namespace ?? '';
    const key = `${object.apiGroup} ${object.kind} ${namespace} ${object.name}`;
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, object);
    } else if ([first, object].some(({ metadata }) => metadata.getLabel(KEY) === VALUE)) {
      problems.push({
        path: object.node.path,
        text: describe(Problem.SAME_NAME, `it and "${first.node.path}" are both ${object.kind} "${object.name}" of namespace "${namespace}"`,
          'one would overwrite the other: declare what it is for once, or give an object of your own another name'),
      });
    }
  }
  return problems;
}
