import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { targetPort } from '../../intent/reserved-ports';
import { emit, ObjectMeta } from '../object';

const KIND = { apiVersion: 'v1', kind: 'Service' };

/** The ClusterIP Service of a gateway, with these ports. */
export function service(
  scope: Construct, id: string, meta: ObjectMeta, selector: { readonly [key: string]: string }, ports: () => readonly number[],
): ApiObject {
  return emit(scope, id, KIND, meta, () => ({
    type: 'ClusterIP',
    selector: { ...selector },
    ports: ports().map(port => ({ name: `tcp-${port}`, port, targetPort: targetPort(port), protocol: 'TCP' })),
  }));
}
