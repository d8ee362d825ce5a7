import { AuditIntent } from '../intent/audit';
import { gatewayName } from '../intent/gateway';
import { describe, Problem, RelationProblem } from '../intent/problem';

/** Audits of one app that name the same gateway. */
export function auditProblems(audits: readonly AuditIntent[]): RelationProblem[] {
  const auditors = new Map<string, string>();
  return audits.flatMap(({ path, gateways }) => gateways.map(gatewayName).flatMap(name => {
    const first = auditors.get(name);
    if (first === undefined) {
      auditors.set(name, path);
      return [];
    }
    return [{
      path,
      text: describe(Problem.OVERLAPPING_AUDITS, `"${first}" audits gateway "${name}" too`,
        'Istio logs to the providers of one Telemetry and drops those of the other silently: name the gateway in one of them'),
    }];
  }));
}
