import type { EgressAppProps } from './egress-app';
import type { Keys } from '../intent/known';

export const EGRESS_APP: Keys<EgressAppProps> = {
  name: true, trustDomain: true, clusterDomain: true, istioNamespace: true, istioVersion: true, revision: true, labels: true, annotations: true,
};
