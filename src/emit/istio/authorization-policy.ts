import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  AuthorizationPolicy, AuthorizationPolicySpecAction, AuthorizationPolicySpecRules, toJson_AuthorizationPolicySpec,
} from '../../../imports/security.istio.io';
import { Admission } from '../../plan/path';
import { Denial } from '../../plan/permission';
import { emit, ObjectMeta } from '../object';

type Labels = { readonly [key: string]: string };

/** The AuthorizationPolicy of an admission: refuses other namespaces at the gateway. */
export function authorizationPolicy(scope: Construct, id: string, meta: ObjectMeta, labels: Labels, admission: Admission): ApiObject {
  return refusing(scope, id, meta, labels, [`*.${admission.domain}`], () => [{ from: [{ source: { notNamespaces: [...admission.clients] } }] }]);
}

/** The AuthorizationPolicy of denials: refuses callers and requests under some names of the gateway. */
export function denialPolicy(
  scope: Construct, id: string, meta: ObjectMeta, labels: Labels, names: readonly string[], denials: () => readonly Denial[],
): ApiObject {
  return refusing(scope, id, meta, labels, names, () => denials().map(({ principals, notPrincipals, methods, notMethods, notPaths }) => ({
    ...(principals || notPrincipals ? { from: [{ source: { principals: copy(principals), notPrincipals: copy(notPrincipals) } }] } : {}),
    ...(methods || notMethods || notPaths
      ? { to: [{ operation: { methods: copy(methods), notMethods: copy(notMethods), notPaths: copy(notPaths) } }] }
      : {}),
  })));
}

/** Every rule is bound to names: one without would refuse the connections of every other route of the gateway. */
function refusing(
  scope: Construct, id: string, meta: ObjectMeta, labels: Labels, names: readonly string[], rules: () => AuthorizationPolicySpecRules[],
): ApiObject {
  return emit(scope, id, AuthorizationPolicy.GVK, meta, () => toJson_AuthorizationPolicySpec({
    selector: { matchLabels: { ...labels } },
    action: AuthorizationPolicySpecAction.DENY,
    rules: rules().map(rule => ({ ...rule, when: [{ key: 'connection.sni', values: [...names] }] })),
  }));
}

function copy(items: readonly string[] | undefined): string[] | undefined {
  return items && [...items];
}
