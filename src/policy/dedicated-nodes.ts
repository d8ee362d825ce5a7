/** Nodes that gateways have for themselves, such as those whose addresses the outside knows, by the taint that they have. */
export interface DedicatedNodes {
  /** Key of the taint, such as `example.com/egress`. */
  readonly taintKey: string;

  /**
   * Value of the taint.
   *
   * @default - any
   */
  readonly taintValue?: string;

  /**
   * Namespaces whose pods may run there as well: agents of every node, such as Istio's CNI, and gateways of other apps.
   *
   * @default ['kube-system']
   */
  readonly otherNamespaces?: string[];
}
