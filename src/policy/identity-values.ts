import { SPIFFE } from './known-props';
import { WorkloadIdentity } from './workload-identity';
import { IdentityIntent } from '../intent/identity';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

const SPIFFE_URI = /^spiffe:\/\/([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/;

/** The identities of a list, checked; none for `WorkloadIdentity.nobody()`. */
export function identityIntents(values: Values, prop: string, identities: WorkloadIdentity[]): IdentityIntent[] {
  if (!Array.isArray(identities) || identities.length === 0) {
    values.refuse(Problem.EMPTY_LIST, `${prop} names nobody`, 'give identities, or WorkloadIdentity.nobody() if nobody is meant');
  }
  const given = identities.map((identity, i) =>
    values.kindOf(`${prop}[${i}]`, identity, 'a WorkloadIdentity, such as WorkloadIdentity.serviceAccount(...) gives', value => value instanceof WorkloadIdentity)._given);
  if (given.length > 1 && given.some(({ by }) => by === 'nobody')) {
    values.refuse(Problem.CONTRADICTING_PROPS, `${prop} names nobody and others`, 'give WorkloadIdentity.nobody() alone, or leave it out');
  }
  return given.flatMap((identity, i): IdentityIntent[] => {
    const item = `${prop}[${i}]`;
    switch (identity.by) {
      case 'nobody':
        return [];
      case 'namespace':
        return [{ namespace: values.name(`the namespace of ${item}`, identity.namespace), anotherTrustDomain: false }];
      case 'service-account':
        return [{
          namespace: values.name(`the namespace of ${item}`, identity.namespace),
          serviceAccount: values.name(`the service account of ${item}`, identity.name),
          anotherTrustDomain: false,
        }];
      case 'spiffe':
        return [{
          ...spiffeParts(values, item, identity.uri),
          anotherTrustDomain: values.flag('anotherTrustDomain', values.known('WorkloadIdentity.spiffe', identity.options, SPIFFE).anotherTrustDomain),
        }];
    }
  });
}

function spiffeParts(values: Values, item: string, uri: string) {
  const [, trustDomain, namespace, serviceAccount] = SPIFFE_URI.exec(uri) ?? values.refuse(Problem.INVALID_IDENTITY,
    `${item} is ${JSON.stringify(uri)}`, 'an identity of the mesh is spiffe://<trust domain>/ns/<namespace>/sa/<service account>');
  return {
    trustDomain: values.domain(`the trust domain of ${item}`, trustDomain),
    namespace: values.name(`the namespace of ${item}`, namespace),
    serviceAccount: values.name(`the service account of ${item}`, serviceAccount),
  };
}
