import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  EnvoyFilter, EnvoyFilterSpec, EnvoyFilterSpecConfigPatches, EnvoyFilterSpecConfigPatchesApplyTo, EnvoyFilterSpecConfigPatchesMatchContext,
  EnvoyFilterSpecConfigPatchesPatchOperation, toJson_EnvoyFilterSpec,
} from '../../../imports/networking.istio.io';
import { GatewayPlan, Way } from '../../plan/plan';
import { sniListener } from '../../plan/plan-of';
import { listenerOf, upstream } from '../envoy/sni-proxy';
import { emit, ObjectMeta } from '../object';

/** The EnvoyFilter that makes the gateway's proxy an SNI proxy for one way. */
export function sniEnvoyFilter(scope: Construct, id: string, meta: ObjectMeta, way: () => Way, gateway: () => GatewayPlan): ApiObject {
  return emit(scope, id, EnvoyFilter.GVK, meta, () => toJson_EnvoyFilterSpec(specOf(way(), gateway())));
}

function specOf(way: Way, { selector, sniProxy }: GatewayPlan): EnvoyFilterSpec {
  const listener = sniListener(way)!;
  return {
    workloadSelector: { labels: { ...selector } },
    configPatches: [
      add(EnvoyFilterSpecConfigPatchesApplyTo.CLUSTER, upstream(listener, sniProxy!)),
      add(EnvoyFilterSpecConfigPatchesApplyTo.LISTENER, listenerOf(listener, sniProxy!)),
    ],
  };
}

function add(applyTo: EnvoyFilterSpecConfigPatchesApplyTo, value: object): EnvoyFilterSpecConfigPatches {
  return {
    applyTo,
    match: { context: EnvoyFilterSpecConfigPatchesMatchContext.GATEWAY },
    patch: { operation: EnvoyFilterSpecConfigPatchesPatchOperation.ADD, value },
  };
}
