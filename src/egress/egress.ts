import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { ConnectionOptions } from './connection-options';
import { AppIndex } from '../app/app-index';
import { ObjectSet } from '../app/object-set';
import { Meta } from '../emit/object';
import type { IEgressGateway } from '../gateway/egress-gateway-base';
import { EgressIntent, isLed, isNamed } from '../intent/egress';
import { secretOf } from '../intent/origination';
import { Values } from '../intent/values';
import { identityIntents } from '../policy/identity-values';
import type { WorkloadIdentity } from '../policy/workload-identity';
import type { EgressGatewayRoute, RouteOptions } from '../route/egress-gateway-route';

/**
 * An egress, or a construct of your own that contains one and hands it on: what a route leads through a gateway.
 *
 * @example
 * class PartnerApi extends Construct implements IEgress {
 *   public readonly egress = new TlsEgress(this, 'Resource', { hosts: ['partner.example.com'] });
 * }
 */
export interface IEgress extends IConstruct {
  /** The egress that it is, or contains. */
  readonly egress: Egress;
}

/** Props that every egress has. */
export interface EgressOptions extends ConnectionOptions {
  /**
   * Namespace of the egress's objects.
   *
   * @default - the chart's namespace; an error if that has none either
   */
  readonly namespace?: string;

  /**
   * Namespaces that are clients: names, `.` for the egress's own, or `*` alone for all.
   *
   * Others do not see the egress: their traffic goes on as if it was not declared. Over a mutual TLS (mTLS) hop the gateway also
   * refuses them.
   *
   * @default ['.']
   */
  readonly exportTo?: string[];

  /**
   * Labels for every emitted object of the egress.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the egress.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/**
 * Something outside the mesh that may be reached: straight from the sidecar, or through a gateway once `through` or an `EgressGatewayRoute`
 * says so.
 *
 * For each host it emits a ServiceEntry, a DestinationRule and, unless it is a wildcard or the application itself speaks TLS on all
 * ports, a VirtualService: the same objects with and without a route. TLS origination adds a ServiceEntry and a DestinationRule for each port; with a `workloadSelector` also a
 * DestinationRule for the other pods, and a Role to read its Secret.
 */
export abstract class Egress extends Construct implements IEgress {
  /** @internal set by the route's module, which is above this one */
  public static _lead: (egress: Egress, gateway: IEgressGateway, options: RouteOptions) => EgressGatewayRoute;

  /** @internal */
  public _intent!: EgressIntent;

  /** @internal */
  protected readonly _emitted: ObjectSet;

  protected constructor(scope: Construct, id: string) {
    super(scope, id);
    this._emitted = new ObjectSet(Values.of(this));
  }

  /** Itself. */
  public get egress(): Egress {
    return this;
  }

  /** Every object that it emits. */
  public get objects(): ApiObject[] {
    return this._emitted.all();
  }

  /**
   * The ServiceEntry that declares a host, for patches.
   *
   * @param host may be left out where there is one only
   */
  public serviceEntry(host?: string): ApiObject {
    return this._emitted.find('ServiceEntry', host);
  }

  /**
   * The DestinationRule of a host, for patches; of each port where the sidecar originates TLS.
   *
   * @param host may be left out where there is one only
   * @param port of TLS origination; may be left out where there is one only
   */
  public destinationRule(host?: string, port?: number): ApiObject {
    return this._intent.tlsOrigination ? this._emitted.find('SecuredDestinationRule', host, port) : this._emitted.find('DestinationRule', host);
  }

  /**
   * The VirtualService of a host, for patches: timeouts and retries of HTTP, and where its connections are led. A wildcard has none, nor
   * has a host to which the application itself speaks TLS on all ports.
   *
   * @param host may be left out where there is one only
   */
  public virtualService(host?: string): ApiObject {
    return this._emitted.find('VirtualService', host);
  }

  /**
   * The DestinationRule of a host for pods that a `workloadSelector` does not select, for patches.
   *
   * @param host may be left out where there is one only
   * @param port may be left out where there is one only
   */
  public otherDestinationRule(host?: string, port?: number): ApiObject {
    return this._emitted.find('OtherDestinationRule', host, port);
  }

  /**
   * Leads it through a gateway: an `EgressGatewayRoute` in one line.
   *
   * @example
   * mongo.through(gateway, { allowFrom: [WorkloadIdentity.serviceAccount('bookinfo', 'ratings')] });
   */
  public through(gateway: IEgressGateway, options: RouteOptions = {}): EgressGatewayRoute {
    return Egress._lead(this, gateway, options);
  }

  /**
   * Lets only these workloads of the client namespaces reach it, besides those of earlier calls. Only a gateway can hold others back: the
   * egress needs a route over mutual TLS (mTLS).
   *
   * @param identities workloads of client namespaces; `WorkloadIdentity.nobody()` for none
   */
  public allowFrom(...identities: WorkloadIdentity[]): void {
    const { path } = this._intent;
    AppIndex.of(this).allow({ path, egress: this._intent, permission: { identities: identityIntents(Values.of(this), 'allowFrom', identities) } });
  }

  /** @internal */
  protected _declare(options: EgressOptions, intent: EgressIntent): void {
    const values = Values.of(this);
    const index = AppIndex.of(this);
    const meta: Meta = {
      namespace: intent.namespace,
      labels: values.labels('labels', options.labels),
      annotations: values.annotations(options.annotations),
    };
    this._intent = intent;
    const { tlsOrigination } = intent;
    const shape = {
      addressed: !isNamed(intent) && intent.addresses.length === 0,
      led: isLed(intent),
      exceptAddresses: intent.exceptAddresses,
      others: intent.forwardProxy?.tlsOrigination?.workloadSelector !== undefined,
      secretReader: secretReader(intent),
    };
    for (const host of intent.hosts) {
      const ways = () => index.waysOf(intent, host);
      this._emitted.add({ host }, index.backend.client(this, meta, { ...shape, host }, ways));
      for (const port of tlsOrigination ? intent.ports : []) {
        this._emitted.add({ host, port }, index.backend.origination(
          this, meta, { host, port, others: tlsOrigination!.workloadSelector !== undefined }, () => index.wayOf(intent, host, port)));
      }
    }
    index.addEgress(this, intent);
  }
}

/** Service account whose sidecars take a Secret. */
function secretReader({ tlsOrigination, forwardProxy }: EgressIntent): string | undefined {
  const origination = tlsOrigination ?? forwardProxy?.tlsOrigination;
  return origination && secretOf(origination) !== undefined ? origination.serviceAccount : undefined;
}
