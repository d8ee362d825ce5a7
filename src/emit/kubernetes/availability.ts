import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { WorkloadIntent } from '../../intent/workload';
import { emit, NamedMeta } from '../object';

/** The HorizontalPodAutoscaler of a gateway. */
export function horizontalPodAutoscaler(
  scope: Construct, id: string, meta: NamedMeta, { minReplicas, maxReplicas, targetCpuUtilization }: WorkloadIntent,
): ApiObject {
  return emit(scope, id, { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }, meta, () => ({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: meta.name },
    minReplicas,
    maxReplicas,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetCpuUtilization } } }],
  }));
}

/** The PodDisruptionBudget of a gateway: one pod at a time. */
export function podDisruptionBudget(scope: Construct, id: string, meta: NamedMeta, { selector }: WorkloadIntent): ApiObject {
  return emit(scope, id, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' }, meta, () => ({
    maxUnavailable: 1,
    selector: { matchLabels: { ...selector } },
  }));
}
