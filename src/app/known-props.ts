import type { ClusterDnsPods } from './cluster-dns';
import type { EgressAppProps } from './egress-app';
import type { IstiodPods } from './istiod';
import type { Keys } from '../intent/known';

export const EGRESS_APP: Keys<EgressAppProps> = {
  name: true,
  trustDomain: true,
  rootNamespace: true,
  clusterDomain: true,
  dns: true,
  istiod: true,
  clusterRanges: true,
  istioVersion: true,
  revision: true,
  labels: true,
  annotations: true,
};

export const CLUSTER_DNS_PODS: Keys<ClusterDnsPods> = { namespace: true, labels: true, port: true };

export const ISTIOD_PODS: Keys<IstiodPods> = { namespace: true, labels: true, port: true };
