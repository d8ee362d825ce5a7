import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { emitFields, ObjectMeta } from '../object';

/** A ConfigMap whose files are made at synth. */
export function configMap(scope: Construct, id: string, meta: ObjectMeta, files: () => { [name: string]: string }): ApiObject {
  return emitFields(scope, id, { apiVersion: 'v1', kind: 'ConfigMap' }, meta, { data: Lazy.any({ produce: files }) });
}
