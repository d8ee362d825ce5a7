import type { EgressGatewayProps } from './egress-gateway-props';
import type { ExistingEgressGatewayProps } from './existing-egress-gateway';
import type { GatewayNetworkOptions } from './gateway-network-options';
import type { GatewayToleration } from './gateway-toleration';
import type { ResourceOptions } from './resource-options';
import type { NginxSniProxyOptions, SniProxyOptions } from './sni-proxy';
import type { SniProxyGatewayProps } from './sni-proxy-gateway';
import type { Keys } from '../intent/known';

export const RESOURCE_OPTIONS: Keys<ResourceOptions> = { cpuRequest: true, memoryRequest: true, cpuLimit: true, memoryLimit: true };

export const GATEWAY_NETWORK_OPTIONS: Keys<GatewayNetworkOptions> = {
  clientNamespaces: true, deniedRanges: true, allowedRanges: true, dns: true, istiod: true,
};

export const EGRESS_GATEWAY: Keys<EgressGatewayProps> = {
  ...RESOURCE_OPTIONS,
  ...GATEWAY_NETWORK_OPTIONS,
  namespace: true,
  name: true,
  port: true,
  ports: true,
  minReplicas: true,
  maxReplicas: true,
  targetCpuUtilization: true,
  topologySpreadKeys: true,
  nodeSelector: true,
  tolerations: true,
  mounts: true,
  revision: true,
  canaryRevision: true,
  canaryReplicas: true,
  trustDomain: true,
  clusterDomain: true,
  labels: true,
  annotations: true,
};

export const SNI_PROXY_GATEWAY: Keys<SniProxyGatewayProps> = { ...EGRESS_GATEWAY, proxy: true };

export const EXISTING_EGRESS_GATEWAY: Keys<ExistingEgressGatewayProps> = {
  namespace: true,
  service: true,
  selector: true,
  serviceAccount: true,
  port: true,
  trustDomain: true,
  clusterDomain: true,
  labels: true,
  annotations: true,
  networkPolicy: true,
};

export const TOLERATION: Keys<GatewayToleration> = { key: true, value: true, effect: true };

export const SNI_PROXY: Keys<SniProxyOptions> = { resolver: true, addressFamily: true, connectTimeout: true, idleTimeout: true };

export const NGINX_SNI_PROXY: Keys<NginxSniProxyOptions> = { ...SNI_PROXY, ...RESOURCE_OPTIONS, image: true, workers: true };
