import { Yaml } from 'cdk8s';
import { ExternalProxy } from './external-proxy';
import { ExternalSniProxy } from './external-sni-proxy';
import { externalListener, named, place, valuesOf } from './external-values';
import { EXTERNAL_ENVOY, EXTERNAL_ENVOY_SNI } from './known-props';
import { ProxyFiles, ProxyUpstream } from './proxy-files';
import { bootstrap } from '../emit/envoy/external-proxy';
import { SniProxyOptions } from '../gateway/sni-proxy';

/** What an Envoy outside has, and where it leads. */
export interface ExternalEnvoyOptions extends ProxyFiles, ProxyUpstream {}

/** What an Envoy outside has that is an SNI proxy. */
export interface ExternalEnvoySniOptions extends ProxyFiles, SniProxyOptions {
  /**
   * Addresses and CIDRs that names must not lead to, beside private, link-local and reserved ones.
   *
   * @default - none
   */
  readonly deniedRanges?: string[];

  /**
   * Addresses and CIDRs that names may lead to although they are private or in `deniedRanges`.
   *
   * @default - none
   */
  readonly allowedRanges?: string[];
}

/**
 * Configuration of an Envoy outside the mesh, 1.37 or later, that lets in only the workloads that `allowFrom` names: a file for `envoy -c`.
 *
 * Whoever has no certificate of the mesh, or one whose URIs are not among those allowed, is refused in the handshake, before Envoy opens a
 * connection for it; no session is resumed. Envoy looks for an allowed URI among all of a certificate; the mesh's CA issues none with several.
 */
export class ExternalEnvoy {
  /** Leads those whom it lets in to one place. */
  public static configuration(proxy: ExternalProxy, options: ExternalEnvoyOptions): string {
    const values = valuesOf(proxy, 'an ExternalProxy; an ExternalSniProxy has sniConfiguration', one => one instanceof ExternalProxy);
    values.known('ExternalEnvoy.configuration', options, EXTERNAL_ENVOY);
    return Yaml.stringify(bootstrap(externalListener(values, proxy.requirements, options), place(values, options)));
  }

  /**
   * Leads those whom it lets in to the hosts that their TLS names: any host of `hosts` on its port, and nothing else.
   *
   * A name whose first address is a private one is refused before a byte is sent. Envoy goes on to further addresses of a name without
   * asking: keep the machine from private addresses by a firewall as well.
   *
   * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/sni_dynamic_forward_proxy_filter
   */
  public static sniConfiguration(proxy: ExternalSniProxy, options: ExternalEnvoySniOptions): string {
    const values = valuesOf(proxy, 'an ExternalSniProxy; an ExternalProxy has configuration', one => one instanceof ExternalSniProxy);
    values.known('ExternalEnvoy.sniConfiguration', options, EXTERNAL_ENVOY_SNI);
    return Yaml.stringify(bootstrap(
      externalListener(values, proxy.requirements, options),
      named(values, 'envoy', proxy.requirements, options, options.deniedRanges, options.allowedRanges)));
  }

  private constructor() {}
}
