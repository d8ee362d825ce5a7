import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Telemetry, toJson_TelemetrySpec } from '../../../imports/telemetry.istio.io';
import { emit, ObjectMeta } from '../object';

/** The Telemetry that lets the pods of a gateway log to providers of the mesh. */
export function telemetry(
  scope: Construct, id: string, meta: ObjectMeta, labels: { readonly [key: string]: string }, providers: readonly string[],
): ApiObject {
  return emit(scope, id, Telemetry.GVK, meta, () => toJson_TelemetrySpec({
    selector: { matchLabels: { ...labels } },
    accessLogging: [{ providers: providers.map(name => ({ name })) }],
  }));
}
