/** The pods of a gateway: every value checked, every default applied. */
export interface WorkloadIntent {
  /** Labels that select the pods. */
  readonly selector: { readonly [key: string]: string };
  readonly podLabels: { readonly [key: string]: string };
  readonly podAnnotations: { readonly [key: string]: string };
  readonly serviceAccount: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;

  /** Percent of the requested CPU. */
  readonly targetCpuUtilization: number;
  readonly resources: ResourcesIntent;
  readonly topologySpreadKeys: readonly string[];
  readonly nodeSelector: { readonly [key: string]: string };
  readonly tolerations: readonly TolerationIntent[];
}

/** Pods of a gateway that try another revision of the control plane. */
export interface CanaryIntent {
  readonly revision: string;
  readonly workload: WorkloadIntent;
}

/** Kubernetes quantities. */
export interface ResourcesIntent {
  readonly cpuRequest: string;
  readonly memoryRequest: string;
  readonly cpuLimit: string;
  readonly memoryLimit: string;
}

export interface TolerationIntent {
  readonly key?: string;
  readonly operator: string;
  readonly value?: string;
  readonly effect?: string;
}
