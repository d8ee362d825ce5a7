import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emitFields, ObjectMeta } from '../istio/object';

const RBAC = 'rbac.authorization.k8s.io';

/** The ServiceAccount of a gateway, after which its certificate is named. */
export function serviceAccount(scope: Construct, id: string, meta: ObjectMeta): ApiObject {
  return emitFields(scope, id, { apiVersion: 'v1', kind: 'ServiceAccount' }, meta, {});
}

/** The Role that lets a gateway get the Secrets of its namespace, which istiod hands only to those who may. */
export function secretReader(scope: Construct, id: string, meta: ObjectMeta): ApiObject {
  return emitFields(scope, id, { apiVersion: `${RBAC}/v1`, kind: 'Role' }, meta, {
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }],
  });
}

/** The RoleBinding that gives a Role to the ServiceAccount of the same name. */
export function secretReaderBinding(scope: Construct, id: string, meta: ObjectMeta): ApiObject {
  const { name, namespace } = meta;
  return emitFields(scope, id, { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding' }, meta, {
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}
