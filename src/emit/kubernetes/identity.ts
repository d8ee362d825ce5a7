import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emitFields, NamedMeta } from '../object';

const RBAC = 'rbac.authorization.k8s.io';

/** The ServiceAccount of a gateway, after which its certificate is named. */
export function serviceAccount(scope: Construct, id: string, meta: NamedMeta): ApiObject {
  return emitFields(scope, id, { apiVersion: 'v1', kind: 'ServiceAccount' }, meta, {});
}

/** The Role that lets a proxy get the Secrets of its namespace: istiod hands them to those who may list all of them, and asks for nothing else. */
export function secretReader(scope: Construct, id: string, meta: NamedMeta): ApiObject {
  return emitFields(scope, id, { apiVersion: `${RBAC}/v1`, kind: 'Role' }, meta, {
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
  });
}

/** The RoleBinding that gives the Role of the same name to a ServiceAccount. */
export function secretReaderBinding(scope: Construct, id: string, meta: NamedMeta, account = meta.name): ApiObject {
  const { name, namespace } = meta;
  return emitFields(scope, id, { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding' }, meta, {
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  });
}
