import { AuditIntent, sharePods } from '../intent/audit';
import { gatewayName } from '../intent/gateway';
import { describe, Problem, RelationProblem } from '../intent/problem';

/** Audits of one app that name the same gateway. */
export function auditProblems(audits: readonly AuditIntent[]): RelationProblem[] {
  return audits.flatMap((audit, i) => audit.gateways.flatMap(gateway => audits.slice(0, i)
    .filter(earlier => earlier.gateways.some(other => sharePods(other, gateway)))
    .map(earlier => ({
      path: audit.path,
      text: describe(Problem.OVERLAPPING_AUDITS, `"${earlier.path}" audits gateway "${gatewayName(gateway)}" too`,
        'Istio logs to the providers of one Telemetry and drops those of the other silently: name the gateway in one of them'),
    }))));
}
