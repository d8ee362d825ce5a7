import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  AuthorizationPolicy, AuthorizationPolicySpecAction, AuthorizationPolicySpecRules, toJson_AuthorizationPolicySpec,
} from '../../../imports/security.istio.io';
import { appFenceName, callersFenceName, ownDomain } from '../../plan/names';
import { Callers, GatewayPlan, Plan } from '../../plan/plan';
import { emit, Meta } from '../object';

const SNI = 'connection.sni';

/**
 * The AuthorizationPolicies that refuse everybody else at a gateway. Istio copies each into every filter chain.
 *
 * An app with a name has one, which also shuts every own name of the app whose callers it does not know: a door that is there before
 * its callers are named here, and one that stayed behind when they were not any more. Nothing tells an app without a name from another
 * in its namespace, so each set of its callers has one, called after the first host that it is for, which no other app has.
 */
export function refusals(scope: Construct, meta: Meta, { app }: Plan, { service, selector, callers }: GatewayPlan): ApiObject[] {
  const policy = (id: string, name: string, rules: AuthorizationPolicySpecRules[]) => emit(scope, id, AuthorizationPolicy.GVK, { ...meta, name },
    () => toJson_AuthorizationPolicySpec({ selector: { matchLabels: { ...selector } }, action: AuthorizationPolicySpecAction.DENY, rules }));
  const known = callers.filter(({ who }) => who !== 'all');
  if (app === undefined) {
    return known.map(one => policy(`AuthorizationPolicy-${one.set}`, callersFenceName(one.set, service, one.first), [others(one)]));
  }
  if (callers.length === 0) return [];
  const unknown = { when: [{ key: SNI, values: [`*.${ownDomain('', app)}`], notValues: callers.map(namesOf) }] };
  return [policy('AuthorizationPolicy', appFenceName(app, service), [...known.map(others), unknown])];
}

/** Whoever is not among the callers, under their names alone: a rule without names would refuse everybody's connections. */
function others(callers: Callers): AuthorizationPolicySpecRules {
  const notPrincipals = (callers.who as readonly string[]).map(uri => uri.slice('spiffe://'.length).replace(/\/sa\/\*$/, '/*'));
  return { from: [{ source: { notPrincipals } }], when: [{ key: SNI, values: [namesOf(callers)] }] };
}

/** Every own name that only these callers may use. */
function namesOf({ set }: Callers): string {
  return `${set}.*`;
}
