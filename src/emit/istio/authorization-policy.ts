import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emit, ObjectMeta } from './object';
import {
  AuthorizationPolicy, AuthorizationPolicySpec, AuthorizationPolicySpecAction, toJson_AuthorizationPolicySpec,
} from '../../../imports/security.istio.io';
import { Admission } from '../../plan/path';

/** The AuthorizationPolicy of an admission: refuses other namespaces at the gateway. */
export function authorizationPolicy(
  scope: Construct, id: string, meta: ObjectMeta, labels: { [key: string]: string }, admission: Admission,
): ApiObject {
  return emit(scope, id, AuthorizationPolicy.GVK, meta, () => toJson_AuthorizationPolicySpec(specOf(labels, admission)));
}

function specOf(labels: { [key: string]: string }, { domain, clients }: Admission): AuthorizationPolicySpec {
  return {
    selector: { matchLabels: { ...labels } },
    action: AuthorizationPolicySpecAction.DENY,
    rules: [{
      from: [{ source: { notNamespaces: [...clients] } }],
      when: [{ key: 'connection.sni', values: [`*.${domain}`] }],
    }],
  };
}
