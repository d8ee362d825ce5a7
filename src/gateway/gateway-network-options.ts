import { ClusterDns } from '../app/cluster-dns';
import { Istiod } from '../app/istiod';

/** Whom the NetworkPolicy of a gateway lets in, and where to it lets the gateway's pods go. */
export interface GatewayNetworkOptions {
  /**
   * Namespaces whose pods may open connections to the gateway's, beside the clients of this app's routes: clients of other apps' routes.
   * `['*']` for all.
   *
   * @default - none; but all for a gateway of your own that has `ports` for routes of other apps, unless an `EgressLockdown` of this app says
   * who may
   */
  readonly clientNamespaces?: string[];

  /**
   * Addresses and CIDRs that names must not lead to, beside private, link-local and reserved ones and `clusterRanges` of
   * `EgressApp.configure`.
   *
   * @default - none besides
   */
  readonly deniedRanges?: string[];

  /**
   * Addresses and CIDRs that names may lead to although they are private or in `deniedRanges`. Addresses that an egress or a forward proxy
   * names need no mention.
   *
   * @default - none
   */
  readonly allowedRanges?: string[];

  /**
   * Where the cluster's DNS answers, which the gateway's pods may reach beside the resolver of an SNI proxy.
   *
   * @default - that of `EgressApp.configure`, or `[ClusterDns.kubeDns()]`
   */
  readonly dns?: ClusterDns[];

  /**
   * Where proxies reach istiod, which the gateway's pods may reach.
   *
   * @default - that of `EgressApp.configure`, or `[Istiod.pods()]`
   */
  readonly istiod?: Istiod[];
}
