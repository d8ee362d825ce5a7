import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Meta } from './object';
import { GatewayIntent } from '../intent/gateway';
import { ExceptionIntent } from '../intent/lockdown';
import { RelationProblem } from '../intent/problem';
import { GatewayPlan, Plan, View, Way } from '../plan/plan';

/** What is known of a host of an egress when it is declared; all else the plan tells at synth. */
export interface HostShape {
  readonly host: string;

  /** Whether only an address that the mesh gives it could tell it from other hosts. */
  readonly addressed: boolean;

  /** Addresses that are left alone where it takes any; none: none. */
  readonly exceptAddresses?: readonly string[];

  /** Whether sidecars know its connections by more than the name in the application's own TLS, on some port. */
  readonly led: boolean;

  /** Whether they go by a forward proxy to which only some pods originate TLS. */
  readonly others: boolean;

  /** Service account whose sidecars take a Secret for that; none: no Secret is taken. */
  readonly secretReader?: string;
}

/** What is known of a port of a host whose TLS its clients' sidecars originate. */
export interface OriginationShape {
  readonly host: string;
  readonly port: number;

  /** Whether some pods are left out. */
  readonly others: boolean;
}

/** A port of a host of which a share goes through a gateway. */
export interface ShareShape {
  readonly host: string;
  readonly port: number;
}

/** What is known of one crossing of a gateway when its route is declared. */
export interface CrossingShape {
  readonly host: string;
  readonly port: number;

  /** Whether anything is to be said of how the gateway goes on: TLS, a forward proxy, limits. */
  readonly secured: boolean;

  /** Whether the gateway's own proxy is the SNI proxy. */
  readonly sniProxy: boolean;
}

/** What is known of what sidecars of a namespace know when it is declared. */
export interface ViewShape {
  readonly namespace: string;
  readonly clusterDomain: string;
  readonly exceptions: readonly ExceptionIntent[];
}

/**
 * Writes the plan in the words of one API. Objects are declared with the construct that they are of, so that they can be patched, and
 * filled at synth, when the plan is known. Nothing of the plan may be dropped: what cannot be said is a problem.
 */
export interface Backend {
  /** What of the plan cannot be said. */
  unsupported(plan: Plan): RelationProblem[];

  /** What its clients have of a host. */
  client(scope: Construct, meta: Meta, shape: HostShape, ways: () => readonly Way[]): ApiObject[];

  /** What its clients have besides of a port of a host whose TLS their sidecars originate. */
  origination(scope: Construct, meta: Meta, shape: OriginationShape, way: () => Way): ApiObject[];

  /** What its clients have besides of a port of a host of which a share goes through a gateway. */
  share(scope: Construct, meta: Meta, shape: ShareShape, way: () => Way): ApiObject[];

  /** What divides their connections to a host that is led nowhere else; others have it anyway. */
  division(scope: Construct, meta: Meta, host: string, ways: () => readonly Way[]): ApiObject;

  /** What stands at a gateway for one way. */
  crossing(scope: Construct, meta: Meta, shape: CrossingShape, way: () => Way, gateway: () => GatewayPlan): ApiObject[];

  /** What all ways of a gateway have in common. Made at synth, when all of them are known. */
  gateway(scope: Construct, meta: Meta, plan: Plan, gateway: GatewayPlan): ApiObject[];

  /** Holds the sidecars of a namespace to what they may know, by the first object; the others tell them of addresses that are exceptions. */
  view(scope: Construct, meta: Meta, shape: ViewShape, view: () => View): ApiObject[];

  /** Lets a gateway log to what the mesh knows by these names. */
  audit(scope: Construct, meta: Meta, gateway: GatewayIntent, providers: readonly string[]): ApiObject;
}
