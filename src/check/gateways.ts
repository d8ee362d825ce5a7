import { GatewayIntent, gatewayName } from '../intent/gateway';
import { describe, Problem, RelationProblem } from '../intent/problem';

/** What constructs that name one gateway must agree about. */
const AGREED: readonly (readonly [string, (gateway: GatewayIntent) => unknown])[] = [
  ['selector', ({ selector }) => sorted(selector)],
  ['service account or trust domain', ({ identity }) => identity],
  ['port', ({ port }) => port],
  ['cluster domain', ({ host }) => host],
  ['SNI proxy', ({ sniProxy }) => sniProxy?.program ?? 'none'],
  ['labels', ({ workload, labels }) => workload ? undefined : sorted(labels)],
  ['annotations', ({ workload, annotations }) => workload ? undefined : sorted(annotations)],
];

/** Constructs that name one gateway and contradict each other, and gateways that have the same pods. All sorted by path. */
export function gatewayProblems(gateways: readonly GatewayIntent[], inUse: readonly GatewayIntent[]): RelationProblem[] {
  const first = new Map<string, GatewayIntent>();
  const problems: RelationProblem[] = [];
  const report = (path: string, wrong: string, mend: string) => problems.push({ path, text: describe(Problem.GATEWAY_CONFLICT, wrong, mend) });
  for (const gateway of gateways) {
    const name = gatewayName(gateway);
    const known = first.get(name);
    if (!known) {
      first.set(name, gateway);
    } else if (known.workload && gateway.workload) {
      report(gateway.path, `"${known.path}" is the gateway "${name}" already`, 'one would overwrite the other: give each a name of its own');
    } else {
      const [reference, other] = gateway.workload ? [known, gateway] : [gateway, known];
      for (const [what, of] of AGREED) {
        const [one, two] = [of(other), of(reference)];
        if (one === undefined || JSON.stringify(one) === JSON.stringify(two)) continue;
        report(reference.path, `its ${what} is ${JSON.stringify(two)}, and "${other.path}" says ${JSON.stringify(one)} of the same gateway "${name}"`,
          'a Service has one: say the same in both, or hand one construct to all who use it');
      }
    }
  }
  const used = new Set(inUse.map(gatewayName));
  const pods = new Map<string, GatewayIntent>();
  for (const [name, gateway] of [...first].filter(([one]) => used.has(one))) {
    const key = JSON.stringify([gateway.namespace, Object.entries(gateway.selector).sort()]);
    const known = pods.get(key);
    if (known) {
      report(gateway.path, `gateway "${name}" has the pods of gateway "${gatewayName(known)}": both select ${JSON.stringify(gateway.selector)} in namespace "${gateway.namespace}"`,
        'what stands at one stands at the other, where Istio drops doors that are there twice: lead all routes through one Service');
    } else {
      pods.set(key, gateway);
    }
  }
  return problems;
}

function sorted(map: { readonly [key: string]: string }): { [key: string]: string } {
  return Object.fromEntries(Object.entries(map).sort());
}
