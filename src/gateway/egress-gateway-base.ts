import { Construct, IConstruct } from 'constructs';
import { GatewayIntent } from '../intent/gateway';

/** What a route needs of a gateway. A company's own construct can be one by handing on a gateway that it contains. */
export interface IEgressGateway extends IConstruct {
  /** The gateway that routes lead through. */
  readonly gateway: EgressGatewayBase;
}

/** A gateway by which egresses leave: one of the app's own, or one that runs already. */
export abstract class EgressGatewayBase extends Construct implements IEgressGateway {
  /** @internal */
  public _intent!: GatewayIntent;

  protected constructor(scope: Construct, id: string) {
    super(scope, id);
  }

  /** This one. */
  public get gateway(): EgressGatewayBase {
    return this;
  }
}
