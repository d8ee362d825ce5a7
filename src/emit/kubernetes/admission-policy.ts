import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { DedicatedNodesIntent } from '../../intent/dedicated-nodes';
import { label } from '../../plan/names';
import { NamedMeta, emit } from '../object';

const API_VERSION = 'admissionregistration.k8s.io/v1';

/** A ValidatingAdmissionPolicy. */
export function admissionPolicy(scope: Construct, id: string, meta: NamedMeta, spec: unknown): ApiObject {
  return emit(scope, id, { apiVersion: API_VERSION, kind: 'ValidatingAdmissionPolicy' }, meta, () => spec);
}

/** The ValidatingAdmissionPolicyBinding that puts the policy of the same name to work. */
export function admissionPolicyBinding(
  scope: Construct, id: string, meta: NamedMeta, validationActions: readonly string[], matchResources?: unknown,
): ApiObject {
  return emit(scope, id, { apiVersion: API_VERSION, kind: 'ValidatingAdmissionPolicyBinding' }, meta,
    () => ({ policyName: meta.name, validationActions, matchResources }));
}

/** What keeps pods other than those of gateways off dedicated nodes. */
export function nodesSpec({ taintKey, taintValue, otherNamespaces, gateways }: DedicatedNodesIntent) {
  const sameValue = taintValue === undefined ? '' : ` && (t.?operator.orValue("Equal") != "Equal" || t.?value.orValue("") == ${cel(taintValue)})`;
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      namespaceSelector: otherNamespaces.length === 0 ? {}
        : { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [...otherNamespaces] }] },
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }],
    },
    matchConditions: [
      // a pod that was there before the policy must still be able to end
      { name: 'tolerations-are-new', expression: 'request.operation == "CREATE" || object.spec.?tolerations != oldObject.spec.?tolerations' },
      ...gateways.map(({ namespace, service, selector }) => ({
        name: label(['not', namespace, service]),
        expression: `request.namespace != ${cel(namespace)} || ${Object.entries(selector).sort()
          .map(([key, value]) => `object.metadata.?labels[?${cel(key)}].orValue("") != ${cel(value)}`).join(' || ')}`,
      })),
    ],
    validations: [
      {
        expression: `!object.spec.?tolerations.orValue([]).exists(t, t.?key.orValue("") == "" || (t.key == ${cel(taintKey)}${sameValue}))`,
        message: `nodes with the taint ${taintKey} are for egress gateways alone: name the keys of other taints in the pod's tolerations, and not this one`,
      },
      {
        expression: 'request.operation == "UPDATE" || object.spec.?nodeName.orValue("") == ""',
        message: `a pod that names its node goes around the taint ${taintKey} of nodes that are for egress gateways alone: leave nodeName out`,
      },
    ],
  };
}

/** A string of CEL, or a list of them. */
export function cel(value: string | readonly string[]): string {
  return typeof value === 'string' ? JSON.stringify(value) : `[${value.map(item => cel(item)).join(', ')}]`;
}
