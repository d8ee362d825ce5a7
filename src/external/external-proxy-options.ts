import { EgressOptions } from '../egress/egress';
import { WorkloadIdentity } from '../policy/workload-identity';

/** Props that every proxy outside has. */
export interface ExternalProxyOptions extends EgressOptions {
  /** Single addresses of the proxy, IPv4 or IPv6, at most 256. */
  readonly addresses: string[];

  /** The proxy's own identity, of one service account: sidecars refuse a proxy with another. */
  readonly identity: WorkloadIdentity;

  /**
   * Workloads of client namespaces that the proxy must let in. The proxy enforces it, not the mesh: give it what `requirements`,
   * `ExternalEnvoy`, `ExternalNginx` or `BigIp` write.
   */
  readonly allowFrom: WorkloadIdentity[];

  /**
   * Trust domain of the mesh.
   *
   * @default - that of `EgressApp.configure`, or `cluster.local`
   */
  readonly trustDomain?: string;
}
