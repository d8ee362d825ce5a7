import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emit, ObjectMeta } from './object';
import {
  AuthorizationPolicy, AuthorizationPolicySpec, AuthorizationPolicySpecAction, AuthorizationPolicySpecRulesFromSource, toJson_AuthorizationPolicySpec,
} from '../../../imports/security.istio.io';
import { Narrowing } from '../../plan/identity';
import { Admission } from '../../plan/path';

/** The AuthorizationPolicy of an admission: refuses other namespaces at the gateway. */
export function authorizationPolicy(
  scope: Construct, id: string, meta: ObjectMeta, labels: { [key: string]: string }, admission: Admission,
): ApiObject {
  return emit(scope, id, AuthorizationPolicy.GVK, meta, () => toJson_AuthorizationPolicySpec(
    refusing(labels, { notNamespaces: [...admission.clients] }, [`*.${admission.domain}`])));
}

/** The AuthorizationPolicy of a narrowing: refuses other identities at some doors. */
export function narrowingPolicy(
  scope: Construct, id: string, meta: ObjectMeta, labels: { [key: string]: string }, narrowing: () => Narrowing,
): ApiObject {
  return emit(scope, id, AuthorizationPolicy.GVK, meta, () => {
    const { names, principals } = narrowing();
    return toJson_AuthorizationPolicySpec(refusing(labels, { notPrincipals: [...principals] }, names));
  });
}

function refusing(
  labels: { [key: string]: string }, source: AuthorizationPolicySpecRulesFromSource, names: readonly string[],
): AuthorizationPolicySpec {
  return {
    selector: { matchLabels: { ...labels } },
    action: AuthorizationPolicySpecAction.DENY,
    rules: [{
      from: [{ source }],
      when: [{ key: 'connection.sni', values: [...names] }],
    }],
  };
}
