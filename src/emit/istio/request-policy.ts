import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { toJson_VirtualServiceSpec, VirtualService, VirtualServiceSpec, VirtualServiceSpecHttpRetries } from '../../../imports/networking.istio.io';
import { EgressIntent } from '../../intent/intent';
import { RequestsIntent } from '../../intent/requests';
import { RouteIntent } from '../../intent/route';
import { exportTo, rewrittenAuthority } from '../../plan/path';
import { emit, ObjectMeta } from '../object';

/** Where the gateway reads HTTP it tries again what fails behind it, and the sidecar only the way to the gateway: else tries would multiply. */
const TO_GATEWAY: VirtualServiceSpecHttpRetries = { attempts: 2, retryOn: 'connect-failure,refused-stream' };

/** The VirtualService of a host at the sidecars: timeouts and retries, and the name by which a gateway that reads HTTP knows it. */
export function requestPolicy(
  scope: Construct, id: string, meta: ObjectMeta, egress: EgressIntent, host: string, route: () => RouteIntent | undefined,
): ApiObject {
  return emit(scope, id, VirtualService.GVK, meta, () => toJson_VirtualServiceSpec(specOf(egress, host, route())));
}

function specOf(egress: EgressIntent, host: string, way: RouteIntent | undefined): VirtualServiceSpec {
  const rewrite = (port: number) => {
    const authority = rewrittenAuthority(egress, host, port, way);
    return authority === undefined ? {} : { rewrite: { authority } };
  };
  return {
    hosts: [host],
    exportTo: exportTo(egress),
    http: egress.ports.map(port => ({
      match: [{ port }],
      ...rewrite(port),
      route: [{ destination: { host, port: { number: port } } }],
      timeout: egress.requests?.timeout,
      ...(way?.hop.http ? { retries: TO_GATEWAY } : retriesOf(egress.requests)),
    })),
  };
}

/** How a proxy that sees the host itself tries again. */
export function retriesOf({ retries, perTryTimeout, retryOn }: RequestsIntent = {}): { retries?: VirtualServiceSpecHttpRetries } {
  return retries === undefined ? {} : { retries: { attempts: retries, perTryTimeout, retryOn } };
}
