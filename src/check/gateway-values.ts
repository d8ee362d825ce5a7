import { Values } from './values';
import type { IEgressGateway } from '../gateway/egress-gateway';

/** The gateway of a route or policy. */
export function egressGateway(values: Values, prop: string, gateway: IEgressGateway): IEgressGateway {
  return values.kindOf(prop, gateway, 'an IEgressGateway, such as EgressGateway.fromService(...) gives', ({ intent }) => intent?.identity !== undefined);
}
