import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { isSingle } from '../check/addresses';
import { AppIndex } from '../check/app-index';
import { strangers } from '../check/identities';
import { identityIntents } from '../check/identity-values';
import { Problem } from '../check/problem';
import { Values } from '../check/values';
import { EgressOptions } from '../egress/egress';
import { destinationRule } from '../emit/istio/destination-rule';
import { ObjectMeta } from '../emit/istio/object';
import { serviceEntry } from '../emit/istio/service-entry';
import { spiffeUris } from '../plan/identity';
import { EgressIntent } from '../plan/intent';
import { label } from '../plan/names';
import { clientLeg, clientSecuring } from '../plan/path';
import { WorkloadIdentity } from '../policy/workload-identity';

/** Props of an `ExternalProxy`. */
export interface ExternalProxyProps extends EgressOptions {
  /** DNS name that clients dial, in lower case; server name of the mutual TLS as well. */
  readonly host: string;

  /** Single addresses of the proxy, IPv4 or IPv6, at most 256. */
  readonly addresses: string[];

  /** Port of the proxy, from 1 to 65535. */
  readonly port: number;

  /** The proxy's own identity, of one service account: sidecars refuse a proxy with another. */
  readonly identity: WorkloadIdentity;

  /**
   * Workloads of client namespaces that the proxy must let in. The proxy enforces it, not the mesh: give it what `requirements`
   * or `BigIp` write.
   */
  readonly allowFrom: WorkloadIdentity[];

  /**
   * Trust domain of the mesh.
   *
   * @default cluster.local
   */
  readonly trustDomain?: string;
}

/** What a proxy outside needs, to be let in and to let in. */
export interface ExternalProxyRequirements {
  /** Name for what is configured on the proxy; unique in the app, at most 63 characters. */
  readonly name: string;

  /** Addresses that it listens on, sorted. */
  readonly addresses: string[];

  /** Port that it listens on. */
  readonly port: number;

  /** Server name that sidecars send. */
  readonly sni: string;

  /** URI that its certificate must have as subject alternative name. The certificate must be issued under the mesh's roots. */
  readonly certificateUri: string;

  /** Where the roots are that it must verify clients with. */
  readonly trustBundle: string;

  /** SPIFFE URIs of the clients that it must let in, and no others, sorted; `*` stands for the service accounts of a namespace. */
  readonly allowedFrom: string[];
}

/**
 * A proxy outside the mesh that is a member of its trust by certificate, such as an F5 BIG-IP, for TCP.
 *
 * ```
 *  sidecar ──mutual TLS of the mesh──► the proxy ──► whatever it guards
 * ```
 *
 * The sidecar presents the workload's certificate and demands the proxy's SPIFFE URI; the proxy demands a client certificate and
 * decides by its SPIFFE URI. It emits a ServiceEntry and a DestinationRule.
 *
 * @example
 * new ExternalProxy(chart, 'bigip', {
 *   host: 'echo.bigip.example.com',
 *   addresses: ['192.0.2.7'],
 *   port: 9000,
 *   identity: WorkloadIdentity.serviceAccount('edge', 'bigip'),
 *   allowFrom: [WorkloadIdentity.serviceAccount('trusted', 'sleep')],
 * });
 */
export class ExternalProxy extends Construct {
  /** The ServiceEntry that declares the proxy, for patches. */
  public readonly serviceEntry: ApiObject;

  /** The DestinationRule that demands the proxy's identity, for patches. */
  public readonly destinationRule: ApiObject;

  /** What the proxy needs. */
  public readonly requirements: ExternalProxyRequirements;

  public constructor(scope: Construct, id: string, props: ExternalProxyProps) {
    super(scope, id);
    const values = new Values(scope, id);
    const namespace = values.namespace(props.namespace);
    const trustDomain = values.domain('trustDomain', props.trustDomain ?? 'cluster.local');
    const port = values.port('port', values.required('port', props.port));
    const intent: EgressIntent = {
      path: values.path,
      namespace,
      clients: values.clients(props.exportTo, namespace),
      protocol: 'TCP',
      hosts: [values.host('host', values.required('host', props.host))],
      addresses: addressesOf(values, props.addresses),
      ports: [port],
    };
    const [host] = intent.hosts;
    const allowed = identityIntents(values, 'allowFrom', values.required('allowFrom', props.allowFrom));
    const name = label(...values.path.split('/'));
    const certificateUri = certificateUriOf(values, props.identity, trustDomain);
    const meta: ObjectMeta = {
      name,
      namespace,
      labels: values.labels('labels', props.labels),
      annotations: values.annotations(props.annotations),
    };

    this.serviceEntry = serviceEntry(this, 'Resource', meta,
      () => ({ ...clientLeg(intent), reach: { by: 'addresses', addresses: intent.addresses } }));
    this.destinationRule = destinationRule(this, 'DestinationRule', meta, () => ({
      ...clientSecuring(intent, host),
      ports: [{ number: port, security: { by: 'mesh-mutual-tls', sni: host, serverIdentity: certificateUri } }],
    }));
    this.requirements = {
      name,
      addresses: intent.addresses,
      port,
      sni: host,
      certificateUri,
      trustBundle: 'key root-cert.pem of ConfigMap istio-ca-root-cert, which is in every namespace of the mesh',
      allowedFrom: spiffeUris(allowed, trustDomain),
    };
    AppIndex.of(this).addEgress(this, intent);
    this.node.addValidation({ validate: () => strangers(allowed, intent, trustDomain, 'the mesh') });
  }

  /** What the proxy needs, as text for the people who run it. */
  public describe(): string {
    const { addresses, port, sni, certificateUri, trustBundle, allowedFrom } = this.requirements;
    return [
      `listen on ${addresses.map(address => `${address} port ${port}`).join(', ')} with TLS; clients send the server name ${sni}`,
      `present a certificate under the mesh's roots whose only URI is ${certificateUri}`,
      `demand a client certificate under the mesh's roots (${trustBundle}), on every connection: no session resumption`,
      `let in clients whose certificate's only URI is one of: ${allowedFrom.join(', ') || 'none'}`,
    ].join('\n');
  }
}

function addressesOf(values: Values, addresses: string[]): string[] {
  const checked = values.addresses('addresses', values.required('addresses', addresses));
  const range = checked.find(address => !isSingle(address));
  if (range !== undefined) {
    values.refuse(Problem.INVALID_ADDRESS, `addresses has the range "${range}", and a proxy listens on an address`, 'list single addresses');
  }
  return checked;
}

function certificateUriOf(values: Values, identity: WorkloadIdentity, trustDomain: string): string {
  const [own] = identityIntents(values, 'identity', [values.required('identity', identity)]);
  if (own?.serviceAccount === undefined) {
    values.refuse(Problem.INVALID_IDENTITY, 'identity names no service account', 'a proxy has one identity: give WorkloadIdentity.serviceAccount(...) or .spiffe(...)');
  }
  return spiffeUris([own], trustDomain)[0];
}
