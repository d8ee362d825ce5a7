import { SniNames } from './plan';
import { SniProxyIntent } from '../intent/sni-proxy';

/** The listener of a proxy outside: where it is, what it proves and demands, and whom it lets in. */
export interface ExternalListener {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly allowedFrom: readonly string[];

  /** Files of the proxy: its certificate, its key, and the mesh's roots. */
  readonly certificate: string;
  readonly key: string;
  readonly trustBundle: string;
}

/** Where a proxy outside leads what it lets in: to one place, or to the hosts that the application's TLS names. */
export type Onward =
  | { readonly to: 'place'; readonly host: string; readonly port: number }
  | { readonly to: 'names'; readonly names: SniNames; readonly sniProxy: SniProxyIntent };
