import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  AuthorizationPolicy, AuthorizationPolicySpecAction, AuthorizationPolicySpecRules, toJson_AuthorizationPolicySpec,
} from '../../../imports/security.istio.io';
import { appDomain, appFenceName } from '../../plan/names';
import { Callers, GatewayPlan, Plan } from '../../plan/plan';
import { emit, Meta } from '../object';

const SNI = 'connection.sni';

/**
 * The AuthorizationPolicy that refuses everybody else at a gateway, and shuts every own name of the app whose callers it does not know:
 * a door that is there before its callers are named here, and one that stayed behind when they were not any more. So it stands wherever
 * the app names a gateway, before the first door and after the last. Istio copies it into every filter chain.
 */
export function refusals(scope: Construct, meta: Meta, { app }: Plan, { service, selector, callers }: GatewayPlan): ApiObject[] {
  if (app === undefined) return [];
  const known = callers.flatMap(namesOf);
  const unknown = { when: [{ key: SNI, values: [`*.${appDomain(app)}`], ...(known.length > 0 ? { notValues: known } : {}) }] };
  const rules = [...callers.filter(({ who }) => who !== 'all').map(others), unknown];
  return [emit(scope, 'AuthorizationPolicy', AuthorizationPolicy.GVK, { ...meta, name: appFenceName(app, service) },
    () => toJson_AuthorizationPolicySpec({ selector: { matchLabels: { ...selector } }, action: AuthorizationPolicySpecAction.DENY, rules }))];
}

/** Whoever is not among the callers, under their names alone: a rule without names would refuse everybody's connections. */
function others(callers: Callers): AuthorizationPolicySpecRules {
  const notPrincipals = (callers.who as readonly string[]).map(uri => uri.slice('spiffe://'.length).replace(/\/sa\/\*$/, '/*'));
  return { from: [{ source: { notPrincipals } }], when: [{ key: SNI, values: namesOf(callers) }] };
}

/** Every own name that only these callers may use. */
function namesOf({ sets }: Callers): string[] {
  return sets.map(set => `${set}.*`);
}
