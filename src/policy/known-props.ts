import type { AllowedRequests } from './allowed-requests';
import type { DedicatedNodes } from './dedicated-nodes';
import type { EgressAdmissionProps } from './egress-admission';
import type { EgressAuditProps } from './egress-audit';
import type { EgressLockdownProps } from './egress-lockdown';
import type { EgressSidecarProps } from './egress-sidecar';
import type { EgressTeam } from './egress-team';
import type { ExceptionalAddresses, ExceptionalPods } from './lockdown-exception';
import type { SpiffeOptions } from './workload-identity';
import type { Keys } from '../intent/known';

export const ALLOWED_REQUESTS: Keys<AllowedRequests> = { from: true, methods: true, paths: true };

export const SPIFFE: Keys<SpiffeOptions> = { anotherTrustDomain: true };

export const DEDICATED_NODES: Keys<DedicatedNodes> = { taintKey: true, taintValue: true, otherNamespaces: true };

export const EGRESS_LOCKDOWN: Keys<EgressLockdownProps> = {
  namespaces: true,
  gateways: true,
  inClusterNamespaces: true,
  otherHosts: true,
  gatewayClients: true,
  dedicatedNodes: true,
  exceptions: true,
  inboundNamespaces: true,
  inboundAddresses: true,
  dns: true,
  istiod: true,
  clusterDomain: true,
  labels: true,
  annotations: true,
};

export const EXCEPTIONAL_ADDRESSES: Keys<ExceptionalAddresses> = { addresses: true, ports: true, reason: true };

export const EXCEPTIONAL_PODS: Keys<ExceptionalPods> = { namespace: true, labels: true, ports: true, udpPorts: true, reason: true };

export const EGRESS_SIDECAR: Keys<EgressSidecarProps> = {
  namespaces: true, inClusterNamespaces: true, otherHosts: true, labels: true, annotations: true,
};

export const EGRESS_AUDIT: Keys<EgressAuditProps> = { gateways: true, provider: true, otherProviders: true, labels: true, annotations: true };

export const EGRESS_ADMISSION: Keys<EgressAdmissionProps> = {
  exempt: true,
  gateways: true,
  otherSelectors: true,
  teams: true,
  lockedNamespaces: true,
  rules: true,
  validationActions: true,
  privateByDefault: true,
  labels: true,
  annotations: true,
};

export const EGRESS_TEAM: Keys<EgressTeam> = {
  namespaces: true, apps: true, subjects: true, hosts: true, addresses: true, secrets: true, exportTo: true,
};
