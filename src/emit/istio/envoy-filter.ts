import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  EnvoyFilter, EnvoyFilterSpec, EnvoyFilterSpecConfigPatches, EnvoyFilterSpecConfigPatchesApplyTo, EnvoyFilterSpecConfigPatchesMatchContext,
  EnvoyFilterSpecConfigPatchesPatchOperation, toJson_EnvoyFilterSpec,
} from '../../../imports/networking.istio.io';
import { SniProxyIntent } from '../../intent/intent';
import { SniListener } from '../../plan/sni-listener';
import { listenerOf, upstream } from '../envoy/sni-proxy';
import { emit, ObjectMeta } from '../object';

/** The EnvoyFilter that makes the gateway's proxy an SNI proxy for one listener. */
export function sniEnvoyFilter(
  scope: Construct, id: string, meta: ObjectMeta, labels: { [key: string]: string }, listener: SniListener, proxy: SniProxyIntent,
): ApiObject {
  const spec: EnvoyFilterSpec = {
    workloadSelector: { labels },
    configPatches: [
      add(EnvoyFilterSpecConfigPatchesApplyTo.CLUSTER, upstream(listener, proxy)),
      add(EnvoyFilterSpecConfigPatchesApplyTo.LISTENER, listenerOf(listener, proxy)),
    ],
  };
  return emit(scope, id, EnvoyFilter.GVK, meta, () => toJson_EnvoyFilterSpec(spec));
}

function add(applyTo: EnvoyFilterSpecConfigPatchesApplyTo, value: object): EnvoyFilterSpecConfigPatches {
  return {
    applyTo,
    match: { context: EnvoyFilterSpecConfigPatchesMatchContext.GATEWAY },
    patch: { operation: EnvoyFilterSpecConfigPatchesPatchOperation.ADD, value },
  };
}
