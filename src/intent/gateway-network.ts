import { PlaceIntent } from './place';

/** Who may reach a gateway's pods, and where they may go: every value checked, every default applied. */
export interface GatewayNetworkIntent {
  /** Namespaces beside the clients of the app's routes, sorted; `*` alone for all; none: it was not said. */
  readonly clientNamespaces?: readonly string[];

  /** CIDRs that names must not lead to, sorted. */
  readonly deniedRanges: readonly string[];

  /** CIDRs that names may lead to nevertheless, sorted. */
  readonly allowedRanges: readonly string[];
  readonly dns: readonly PlaceIntent[];
  readonly istiod: readonly PlaceIntent[];
}
