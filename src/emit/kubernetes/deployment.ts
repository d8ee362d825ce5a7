import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { MountIntent } from '../../intent/mount';
import { ResourcesIntent, WorkloadIntent } from '../../intent/workload';
import { label } from '../../plan/names';
import { emit, ObjectMeta } from '../object';

const KIND = { apiVersion: 'apps/v1', kind: 'Deployment' };

/** What the restricted level of Kubernetes' pod security demands of a container. */
const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A second container of the pods, and what it shares with the proxy. */
export interface Companion {
  readonly podAnnotations: { readonly [key: string]: string };
  readonly container: { readonly [field: string]: unknown };
  readonly volumes: readonly object[];
  readonly proxyVolumeMounts: readonly object[];
}

/** The Deployment of a gateway: a container that Istio's injection makes into a proxy, by its template for gateways. */
export function deployment(
  scope: Construct, id: string, meta: ObjectMeta, workload: WorkloadIntent, mounts: readonly MountIntent[], companion: () => Companion | undefined,
): ApiObject {
  return emit(scope, id, KIND, meta, () => specOf(workload, mounts, companion()));
}

/** The fields of a container that every one of a gateway has. */
export function contained({ cpuRequest, memoryRequest, cpuLimit, memoryLimit }: ResourcesIntent) {
  return {
    securityContext: RESTRICTED,
    resources: { requests: { cpu: cpuRequest, memory: memoryRequest }, limits: { cpu: cpuLimit, memory: memoryLimit } },
  };
}

function specOf(workload: WorkloadIntent, mounts: readonly MountIntent[], companion: Companion | undefined) {
  const { selector, podLabels, serviceAccount, minReplicas, maxReplicas, resources, topologySpreadKeys, nodeSelector, tolerations } = workload;
  const volumes = [...new Map(mounts.map(mount => [volumeOf(mount), volumeSource(mount)])).values(), ...companion?.volumes ?? []];
  const volumeMounts = [
    ...mounts.map(mount => ({ name: volumeOf(mount), mountPath: mount.mountPath, readOnly: true })),
    ...companion?.proxyVolumeMounts ?? [],
  ];
  return {
    // an autoscaler's count is left alone
    replicas: minReplicas === maxReplicas ? minReplicas : undefined,
    selector: { matchLabels: { ...selector } },
    template: {
      metadata: {
        labels: { ...podLabels },
        annotations: { ...workload.podAnnotations, ...companion?.podAnnotations, 'inject.istio.io/templates': 'gateway' },
      },
      spec: {
        serviceAccountName: serviceAccount,
        // Istio's injection projects the token by which istiod knows the proxy; the API server's is of no use to it
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: RESTRICTED.seccompProfile },
        containers: [
          { name: 'istio-proxy', image: 'auto', ...contained(resources), ...(volumeMounts.length > 0 ? { volumeMounts } : {}) },
          ...(companion ? [companion.container] : []),
        ],
        ...(volumes.length > 0 ? { volumes } : {}),
        topologySpreadConstraints: topologySpreadKeys.map(topologyKey => ({
          maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { ...selector } },
        })),
        nodeSelector: Object.keys(nodeSelector).length > 0 ? { ...nodeSelector } : undefined,
        tolerations: tolerations.length > 0 ? tolerations.map(toleration => ({ ...toleration })) : undefined,
      },
    },
  };
}

function volumeOf({ kind, name }: MountIntent): string {
  return label([kind.toLowerCase(), name]);
}

function volumeSource(mount: MountIntent): object {
  const { kind, name } = mount;
  return { name: volumeOf(mount), ...(kind === 'secret' ? { secret: { secretName: name } } : { configMap: { name } }) };
}
