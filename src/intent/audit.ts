import { GatewayIntent } from './gateway';

/** Which gateways log what goes through them, and where to: every value checked, every default applied. */
export interface AuditIntent {
  readonly path: string;
  readonly gateways: readonly GatewayIntent[];

  /** Name of the log in the mesh's configuration. */
  readonly provider: string;

  /** Logs of the mesh that go on beside it. */
  readonly otherProviders: readonly string[];
}
