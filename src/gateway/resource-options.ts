/** What a container may use, as Kubernetes quantities. */
export interface ResourceOptions {
  /**
   * CPU requested, such as `100m` or `2`; at most `cpuLimit`.
   *
   * @default 100m
   */
  readonly cpuRequest?: string;

  /**
   * Memory requested, such as `128Mi`; at most `memoryLimit`.
   *
   * @default 128Mi
   */
  readonly memoryRequest?: string;

  /**
   * Most CPU.
   *
   * @default 2
   */
  readonly cpuLimit?: string;

  /**
   * Most memory.
   *
   * @default 1Gi
   */
  readonly memoryLimit?: string;
}
