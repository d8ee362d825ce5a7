import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { RouteIntent } from '../../intent/route';
import { emit, ObjectMeta } from '../object';

const KIND = { apiVersion: 'v1', kind: 'Service' };

/** The ClusterIP Service of a gateway, with these ports. */
export function service(
  scope: Construct, id: string, meta: ObjectMeta, selector: { readonly [key: string]: string }, ports: () => readonly number[],
): ApiObject {
  return emit(scope, id, KIND, meta, () => ({
    type: 'ClusterIP',
    selector: { ...selector },
    ports: ports().map(port => ({ name: `tcp-${port}`, port, targetPort: port, protocol: 'TCP' })),
  }));
}

/** Ports of the gateway that its routes use, and those given, sorted; a Service must have one, so `otherwise` if there is none. */
export function portsOf(routes: readonly RouteIntent[], given: readonly number[], otherwise: number): number[] {
  const ports = new Set([...given, ...routes.map(({ hop }) => hop.port)]);
  return ports.size === 0 ? [otherwise] : [...ports].sort((a, b) => a - b);
}
