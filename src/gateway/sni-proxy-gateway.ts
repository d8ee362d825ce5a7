import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressGatewayProps } from './egress-gateway-props';
import { GatewayWorkload } from './gateway-workload';
import { SNI_PROXY_GATEWAY } from './known-props';
import { SniProxy } from './sni-proxy';
import { sniProxyIntent } from './sni-proxy-values';
import { WorkloadValues } from './workload-values';
import { AppIndex } from '../app/app-index';
import { configMap } from '../emit/kubernetes/config-map';
import { Companion } from '../emit/kubernetes/deployment';
import { nginxCompanion } from '../emit/nginx/companion';
import { configuration } from '../emit/nginx/configuration';
import { GatewayNetworkIntent } from '../intent/gateway-network';
import { SniProxyIntent } from '../intent/sni-proxy';
import { Values } from '../intent/values';
import { ResourcesIntent } from '../intent/workload';

/** Props of an `SniProxyGateway`. */
export interface SniProxyGatewayProps extends EgressGatewayProps {
  /**
   * What leads to the hosts of wildcards.
   *
   * @default SniProxy.nginx()
   */
  readonly proxy?: SniProxy;
}

/**
 * An egress gateway for whole domains: its SNI proxy leads each connection to the server whose name the application's TLS sends.
 *
 * ```
 *  sidecar ──► gateway ──Unix socket──► SNI proxy ──► any host of the wildcard
 * ```
 *
 * Only names of a route's own wildcard are taken, whoever calls: a forged name, or none, is refused.
 *
 * It brings the NetworkPolicy of an `EgressGateway`: anybody can give a name of theirs a private address, so a network plugin that enforces
 * NetworkPolicies is a must.
 *
 * @example
 * const gateway = new SniProxyGateway(chart, 'sni', { namespace: 'egress', name: 'sni', proxy: SniProxy.nginx() });
 * new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org'] }).through(gateway);
 */
export class SniProxyGateway extends GatewayWorkload {
  /** The ConfigMap of nginx, for patches; none with another proxy. */
  public readonly configMap?: ApiObject;

  private readonly companion?: { readonly image: string; readonly workers: number; readonly resources: ResourcesIntent };

  public constructor(scope: Construct, id: string, props: SniProxyGatewayProps = {}) {
    super(scope, id, 'sni-proxy-gateway', new Values(scope, id).props(SniProxyGateway, new.target, props, SNI_PROXY_GATEWAY));
    const values = new WorkloadValues(scope, id);
    const { _program, _options } = props.proxy ?? SniProxy.nginx();
    if (_program === 'nginx') {
      this.companion = {
        image: values.image('the image of SniProxy.nginx', _options.image ?? 'nginxinc/nginx-unprivileged:1.29'),
        workers: values.number('the workers of SniProxy.nginx', _options.workers ?? 2),
        resources: values.resources(_options),
      };
      this.configMap = configMap(this, 'ConfigMap', this._meta, () => ({ 'nginx.conf': this.configuration() }));
    }
  }

  /** @internal */
  protected _sniProxy(values: WorkloadValues, { proxy }: SniProxyGatewayProps, network: GatewayNetworkIntent): SniProxyIntent {
    const { _program: program, _options: options } = values.kindOf('proxy', proxy ?? SniProxy.nginx(), 'an SniProxy', one => one instanceof SniProxy);
    return sniProxyIntent(values, program, options, network);
  }

  /** @internal */
  protected _companion(): Companion | undefined {
    if (!this.companion) return undefined;
    const { image, resources } = this.companion;
    return nginxCompanion(this._meta.name, image, resources, this._intent.sniProxy!, this.configuration());
  }

  private configuration(): string {
    const { sniListeners } = AppIndex.of(this).gatewayPlan(this._intent);
    return configuration(this._intent.sniProxy!, this.companion!.workers, sniListeners);
  }
}
