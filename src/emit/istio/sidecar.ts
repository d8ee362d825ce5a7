import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { aliasesOf } from './words';
import { Sidecar, SidecarSpecOutboundTrafficPolicyMode, toJson_SidecarSpec } from '../../../imports/networking.istio.io';
import { Fence } from '../../plan/plan';
import { emit, ObjectMeta } from '../object';

/** The Sidecar of a fence: what the sidecars of its namespace know, and that they send nothing anywhere else. */
export function sidecar(scope: Construct, id: string, meta: ObjectMeta, clusterDomain: string, fence: () => Fence): ApiObject {
  return emit(scope, id, Sidecar.GVK, meta, () => {
    const hosts = known(fence(), clusterDomain);
    return toJson_SidecarSpec({
      egress: [{ hosts: hosts.length > 0 ? hosts : ['~/*'] }],
      outboundTrafficPolicy: { mode: SidecarSpecOutboundTrafficPolicyMode.REGISTRY_UNDERSCORE_ONLY },
    });
  });
}

function known({ namespace, hosts, inside }: Fence, clusterDomain: string): string[] {
  const at = (of: string) => of === namespace ? '.' : of;
  return [
    ...hosts.map(host => `${at(host.namespace)}/${host.host}`),
    ...new Set(hosts.filter(({ originated, divided }) => originated || divided).map(host => `${at(host.namespace)}/${aliasesOf(host.namespace)}`)),
    ...inside.map(name => `${at(name)}/*.${name}.svc.${clusterDomain}`),
  ].sort();
}
