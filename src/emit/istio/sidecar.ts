import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Sidecar, SidecarSpecOutboundTrafficPolicyMode, toJson_SidecarSpec } from '../../../imports/networking.istio.io';
import { Fence } from '../../plan/lockdown';
import { emit, ObjectMeta } from '../object';

/** The Sidecar of a fence: what the sidecars of its namespace know, and that they send nothing anywhere else. */
export function sidecar(scope: Construct, id: string, meta: ObjectMeta, fence: () => Fence): ApiObject {
  return emit(scope, id, Sidecar.GVK, meta, () => {
    const { hosts } = fence();
    return toJson_SidecarSpec({
      egress: [{ hosts: hosts.length > 0 ? [...hosts] : ['~/*'] }],
      outboundTrafficPolicy: { mode: SidecarSpecOutboundTrafficPolicyMode.REGISTRY_UNDERSCORE_ONLY },
    });
  });
}
