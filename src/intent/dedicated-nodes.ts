import { GatewayIntent } from './gateway';

/** Nodes on which only the pods of some gateways may run: every value checked, every default applied. */
export interface DedicatedNodesIntent {
  readonly taintKey: string;

  /** None: any. */
  readonly taintValue?: string;
  readonly otherNamespaces: readonly string[];
  readonly gateways: readonly GatewayIntent[];
}
