import { isSameGateway } from './gateway';
import { GatewayIntent } from './intent';

/** Which gateways log what goes through them, and where to: every value checked, every default applied. */
export interface AuditIntent {
  readonly path: string;

  /** No two of them are the same pods. */
  readonly gateways: readonly GatewayIntent[];

  /** Name of the log in the mesh's configuration. */
  readonly provider: string;

  /** Logs of the mesh that go on beside it. */
  readonly otherProviders: readonly string[];
}

/** Whether two gateways are the same pods, as far as names and labels tell. */
export function sharePods(one: GatewayIntent, other: GatewayIntent): boolean {
  const selector = ({ labels }: GatewayIntent) => JSON.stringify(Object.entries(labels).sort());
  return isSameGateway(one, other) || (one.namespace === other.namespace && selector(one) === selector(other));
}
