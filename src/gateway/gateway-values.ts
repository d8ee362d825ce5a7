import type { IEgressGateway } from './egress-gateway';
import { GatewayIntent } from '../intent/intent';
import { Values } from '../intent/values';

/** The gateway of a route or policy. */
export function egressGateway(values: Values, prop: string, gateway: IEgressGateway): IEgressGateway {
  return values.kindOf(prop, gateway, 'an IEgressGateway, such as EgressGateway.fromService(...) gives', ({ intent }) => intent?.identity !== undefined);
}

/** Several gateways, each once. */
export function egressGateways(
  values: Values, gateways: IEgressGateway[], isSame: (one: GatewayIntent, other: GatewayIntent) => boolean,
): GatewayIntent[] {
  return values.list('gateways', gateways, (item, gateway) => egressGateway(values, item, gateway).intent)
    .filter((gateway, i, all) => all.findIndex(other => isSame(other, gateway)) === i);
}
