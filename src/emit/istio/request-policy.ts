import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emit, ObjectMeta } from './object';
import { toJson_VirtualServiceSpec, VirtualService, VirtualServiceSpec } from '../../../imports/networking.istio.io';
import { EgressIntent } from '../../plan/intent';
import { exportTo } from '../../plan/path';
import { RequestsIntent } from '../../plan/requests';

/** The VirtualService of a host's timeouts and retries at the sidecars. */
export function requestPolicy(
  scope: Construct, id: string, meta: ObjectMeta, egress: EgressIntent, host: string, requests: RequestsIntent,
): ApiObject {
  return emit(scope, id, VirtualService.GVK, meta, () => toJson_VirtualServiceSpec(specOf(egress, host, requests)));
}

function specOf(egress: EgressIntent, host: string, { timeout, retries, perTryTimeout, retryOn }: RequestsIntent): VirtualServiceSpec {
  return {
    hosts: [host],
    exportTo: exportTo(egress),
    http: egress.ports.map(port => ({
      match: [{ port }],
      route: [{ destination: { host, port: { number: port } } }],
      timeout,
      ...(retries === undefined ? {} : { retries: { attempts: retries, perTryTimeout, retryOn } }),
    })),
  };
}
