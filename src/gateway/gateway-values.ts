import { IEgressGateway } from './egress-gateway-base';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { Values } from '../intent/values';

/** The gateway of a route or policy. */
export function gatewayIntent(values: Values, prop: string, gateway: IEgressGateway): GatewayIntent {
  return values.kindOf(prop, gateway, 'an IEgressGateway, such as EgressGateway.fromService(...) gives', given => given.gateway?._intent?.identity !== undefined).gateway._intent;
}

/** Several gateways, each once. */
export function gatewayIntents(values: Values, gateways: IEgressGateway[]): GatewayIntent[] {
  const named = values.list('gateways', gateways, (item, gateway) => gatewayIntent(values, item, gateway));
  return [...new Map(named.map(gateway => [gatewayName(gateway), gateway])).values()];
}
