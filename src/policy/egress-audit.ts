import { ApiObject, Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import { EGRESS_AUDIT } from './known-props';
import { AppIndex } from '../app/app-index';
import { auditProvider } from '../emit/envoy/audit-line';
import { IEgressGateway } from '../gateway/egress-gateway-base';
import { gatewayIntent, gatewayIntents } from '../gateway/gateway-values';
import { AuditIntent } from '../intent/audit';
import { gatewayName } from '../intent/gateway';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Props of an `EgressAudit`. */
export interface EgressAuditProps {
  /** Gateways that log what goes through them; two that name one Service are one. */
  readonly gateways: IEgressGateway[];

  /**
   * Name of the log among the `extensionProviders` of the mesh's configuration. Istio ignores a name that is not there, silently.
   *
   * @default egress-audit
   */
  readonly provider?: string;

  /**
   * Logs of the mesh that these gateways go on writing: names of `extensionProviders`, or `envoy` for the log of `accessLogFile`.
   * All that are not named here fall silent at these gateways, because Istio takes the Telemetry of a workload instead of the mesh's.
   *
   * @default - none
   */
  readonly otherProviders?: string[];

  /**
   * Labels for every emitted object of the audit.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the audit.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/**
 * Lets gateways log each connection and each refusal as a line of JSON: who (the caller's SPIFFE URI and address), by which route (its own
 * name), where to (SNI or Host, and the address outside), bytes, duration and verdict. An SNI proxy logs the names inside beside it.
 *
 * It needs two sides: this emits a Telemetry for each gateway, which names a log of the mesh; what the log holds only the mesh's
 * configuration can say, so whoever installs Istio must add what `meshConfig` gives. Until then the gateways log as the mesh does.
 * docs/audit.md has a line of each kind, and says what leaves none.
 *
 * @see https://istio.io/latest/docs/tasks/observability/logs/telemetry-api/
 * @example
 * new EgressAudit(chart, 'audit', { gateways: [gateway] });
 */
export class EgressAudit extends Construct {
  private readonly telemetries: Map<string, ApiObject>;
  private readonly intent: AuditIntent;

  public constructor(scope: Construct, id: string, props: EgressAuditProps) {
    super(scope, id);
    const values = Values.of(this);
    values.props(EgressAudit, new.target, props, EGRESS_AUDIT);
    this.intent = intentOf(values, props);
    const { gateways, provider, otherProviders } = this.intent;
    const meta = { labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };

    const index = AppIndex.of(this);
    this.telemetries = new Map(gateways.map(gateway =>
      [gatewayName(gateway), index.backend.audit(this, meta, gateway, [provider, ...otherProviders])]));
    index.addAudit(this, this.intent);
  }

  /** The Telemetry of a gateway, for patches. */
  public telemetry(gateway: IEgressGateway): ApiObject {
    const values = Values.of(this);
    return this.telemetries.get(gatewayName(gatewayIntent(values, 'gateway', gateway)))
      ?? values.refuse(Problem.UNKNOWN_OBJECT, 'there is no Telemetry of that gateway', `name one of: ${[...this.telemetries.keys()].join(', ')}`);
  }

  /** What the mesh's configuration must hold, as fields of Istio's MeshConfig: `meshConfig` of the IstioOperator, or of the values of Istio's chart `istiod`. `EgressMesh` gives it with all else that the mesh must be told. */
  public meshConfig(): { [key: string]: any } {
    return { extensionProviders: [auditProvider(this.intent.provider)] };
  }

  /** What `meshConfig` gives, as YAML. */
  public describe(): string {
    return Yaml.stringify(this.meshConfig());
  }
}

/** Providers that Istio brings itself. */
const BUILT_IN = ['envoy', 'prometheus', 'stackdriver'];

function intentOf(values: Values, props: EgressAuditProps): AuditIntent {
  const provider = providerName(values, 'provider', props.provider ?? 'egress-audit');
  if (BUILT_IN.includes(provider)) {
    values.refuse(Problem.INVALID_NAME, `provider is "${provider}", which Istio has itself`, 'give a name of your own, and otherProviders: ["envoy"] for the mesh\'s log beside it');
  }
  const otherProviders = values.listOrNone('otherProviders', props.otherProviders, (item, name) => providerName(values, item, name)).sort();
  if (otherProviders.includes(provider)) {
    values.refuse(Problem.DUPLICATE_VALUE, `otherProviders names "${provider}", which is the audit's own`, 'leave it out');
  }
  return {
    path: values.path,
    gateways: gatewayIntents(values, values.required('gateways', props.gateways)),
    provider,
    otherProviders,
  };
}

/** Istio compares them without regard to case. */
function providerName(values: Values, prop: string, name: string): string {
  if (typeof name !== 'string' || name.length > 63 || !/^[a-z]([-a-z0-9._]*[a-z0-9])?$/.test(name)) {
    values.refuse(Problem.INVALID_NAME, `${prop} is ${JSON.stringify(name)}`, 'the name of a provider begins with a letter and has at most 63 lower-case letters, digits, and inner hyphens, dots and underscores');
  }
  return name;
}
