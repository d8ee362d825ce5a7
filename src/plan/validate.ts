import { Door, Plan } from './plan';
import { describe, Problem, RelationProblem } from '../intent/problem';

/** What contradicts itself in a plan, whoever made it: each is a construct's mistake that no other check has seen, or ours. */
export function planProblems({ ways, gateways }: Plan): RelationProblem[] {
  const problems: RelationProblem[] = [];
  const report = (path: string, wrong: string) => problems.push({ path, text: describe(Problem.BROKEN_PLAN, wrong, 'this is a mistake of the library: please report it') });
  const standing = new Map<string, Door>();
  for (const way of ways) {
    const [first, ...more] = way.legs;
    const path = way.route ?? way.egress;
    if (first.from !== 'sidecar' || more.some(({ from }) => from !== 'gateway')) report(path, `the way to ${way.host} does not begin at a sidecar and go on by gateways`);
    way.legs.forEach(({ door }, i) => {
      if (door !== undefined && i === way.legs.length - 1) report(path, `the way to ${way.host} ends at a door`);
      if (door === undefined && i < way.legs.length - 1) report(path, `the way to ${way.host} goes on where it has ended`);
    });
    if ((way.share === undefined) !== (way.rest === undefined) || (way.rest && (way.rest.from !== 'sidecar' || way.rest.door))) report(path, `what is no share of the way to ${way.host} does not go straight`);
    const { door, security } = first;
    if (!door) continue;
    if (door.opensTo.by === 'own-name' && (security.by !== 'mesh' || security.sni !== door.opensTo.name)) report(path, `nobody opens the door to ${way.host}`);
    if (door.opensTo.by !== 'own-name' && (door.admits.set ?? door.admits.handshake ?? door.admits.requests) !== undefined) report(path, `the door to ${way.host} cannot know whom it lets in`);
    const key = `${door.gateway} ${door.name}`;
    if (standing.has(key)) {
      problems.push({
        path,
        text: describe(Problem.SAME_NAME, `what stands at gateway "${door.gateway}" for ${way.host} on port ${way.port} is called "${door.name}", as something else is`,
          'two names are the same by chance: give the host another port, or its egress another namespace'),
      });
    }
    standing.set(key, door);
  }
  for (const { name, doors, callers } of gateways) {
    const sets = callers.flatMap(one => one.sets.map(set => ({ ...one, set })));
    for (const { set, who } of sets.filter(({ set: one }, i) => sets.findIndex(other => other.set === one) < i)) {
      problems.push({
        path: name,
        text: describe(Problem.SAME_NAME, `the callers ${[who].flat().join(', ')} are called "${set}", as others at the gateway are`,
          'two names are the same by chance: let one more namespace or service account in'),
      });
    }
    if (doors.some(door => door.gateway !== name)) report(name, 'a door stands at two gateways');
  }
  return problems;
}
