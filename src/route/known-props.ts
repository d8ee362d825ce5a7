import type { EgressGatewayRouteProps, RouteOptions } from './egress-gateway-route';
import type { MutualTlsOriginationProps } from './mutual-tls-origination';
import { CONNECTION_OPTIONS, REQUEST_OPTIONS, TLS_ORIGINATION_OPTIONS } from '../egress/known-props';
import type { Keys } from '../intent/known';

export const ROUTE_OPTIONS: Keys<RouteOptions> = {
  ...CONNECTION_OPTIONS,
  hop: true,
  weight: true,
  allowFrom: true,
  hostingServer: true,
  tlsOrigination: true,
  forwardProxy: true,
  labels: true,
  annotations: true,
};

export const EGRESS_GATEWAY_ROUTE: Keys<EgressGatewayRouteProps> = { ...ROUTE_OPTIONS, egress: true, gateway: true };

export const MUTUAL_TLS_ORIGINATION: Keys<MutualTlsOriginationProps> = {
  ...TLS_ORIGINATION_OPTIONS,
  ...CONNECTION_OPTIONS,
  ...REQUEST_OPTIONS,
  host: true,
  egress: true,
  gateway: true,
  hop: true,
  clientCertificate: true,
  allowFrom: true,
  labels: true,
  annotations: true,
  egressOptions: true,
};
