import { Construct, IConstruct } from 'constructs';
import { GatewayIntent } from '../intent/gateway';

/** A gateway, or a construct of your own that contains one and hands it on: what routes lead through. */
export interface IEgressGateway extends IConstruct {
  /** The gateway that it is, or contains. */
  readonly gateway: EgressGatewayBase;
}

/** A gateway by which egresses leave: one of the app's own, or one that runs already. */
export abstract class EgressGatewayBase extends Construct implements IEgressGateway {
  /** @internal */
  public _intent!: GatewayIntent;

  protected constructor(scope: Construct, id: string) {
    super(scope, id);
  }

  /** Itself. */
  public get gateway(): EgressGatewayBase {
    return this;
  }
}
