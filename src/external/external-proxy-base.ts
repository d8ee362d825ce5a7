import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ExternalProxyOptions } from './external-proxy-options';
import { ExternalProxyRequirements } from './external-proxy-requirements';
import { AppIndex } from '../app/app-index';
import { ObjectSet } from '../app/object-set';
import { connectionsIntent } from '../egress/connection-values';
import { Meta } from '../emit/object';
import { isSingle } from '../intent/addresses';
import { appOf } from '../intent/app';
import { EgressIntent } from '../intent/egress';
import { ExternalProxyIntent } from '../intent/external-proxy';
import { spiffeUris } from '../intent/identity';
import { Problem } from '../intent/problem';
import { NAMESPACES_DOMAIN } from '../intent/reserved-names';
import { Limit, Values } from '../intent/values';
import { externalName } from '../plan/names';
import { identityIntents } from '../policy/identity-values';
import { WorkloadIdentity } from '../policy/workload-identity';

/** What a proxy is for, checked. */
interface Led {
  readonly protocol: 'TCP' | 'TLS';
  readonly hosts: string[];

  /** Port that the application dials, and port of the proxy. */
  readonly port: number;
  readonly proxyPort: number;
}

/**
 * What the constructs of a proxy outside have in common.
 *
 * @internal
 */
export abstract class ExternalProxyBase extends Construct {
  /** What the proxy needs. */
  public readonly requirements: ExternalProxyRequirements;

  private readonly emitted: ObjectSet;

  protected constructor(scope: Construct, id: string, props: ExternalProxyOptions, led: (values: Values) => Led) {
    super(scope, id);
    const values = Values.of(this);
    const index = AppIndex.of(this);
    const namespace = values.namespace(props.namespace);
    const clients = values.clients(props.exportTo, namespace);
    const trustDomain = values.domain('trustDomain', props.trustDomain ?? appOf(this).trustDomain);
    const { protocol, hosts, port, proxyPort } = led(values);
    const addresses = addressesOf(values, props.addresses);
    const allowed = identityIntents(values, 'allowFrom', values.required('allowFrom', props.allowFrom));
    const name = externalName(namespace, addresses[0], proxyPort);
    const names = protocol === 'TLS';
    const proxy: ExternalProxyIntent = {
      addresses,
      port: proxyPort,
      sni: names ? `${name}.${NAMESPACES_DOMAIN}` : hosts[0],
      identity: certificateUriOf(values, props.identity, trustDomain),
      trustDomain,
      allowed,
    };
    const intent: EgressIntent = {
      path: values.path,
      namespace,
      clients,
      protocol,
      hosts,
      addresses: names ? [] : addresses,
      ports: [port],
      externalProxy: proxy,
      connections: connectionsIntent(values, props),
    };
    const meta: Meta = { namespace, labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };

    this.emitted = new ObjectSet(values);
    for (const host of hosts) {
      const shape = { host, addressed: false, led: protocol !== 'TLS', others: false };
      this.emitted.add({ host }, index.backend.client(this, meta, shape, () => index.waysOf(intent, host)));
    }
    this.requirements = {
      name,
      addresses,
      port: proxyPort,
      sni: proxy.sni,
      certificateUri: proxy.identity,
      allowedFrom: spiffeUris(allowed, trustDomain),
      trustBundle: 'key root-cert.pem of ConfigMap istio-ca-root-cert, which is in every namespace of the mesh',
      ...(names ? { hosts, hostsPort: port } : {}),
    };
    index.addEgress(this, intent);
  }

  /** Every object that it emits. */
  public get objects(): ApiObject[] {
    return this.emitted.all();
  }

  /**
   * The ServiceEntry that leads a host to the proxy, for patches.
   *
   * @param host may be left out where there is one only
   */
  public serviceEntry(host?: string): ApiObject {
    return this.emitted.find('ServiceEntry', host);
  }

  /**
   * The DestinationRule of a host, which demands the proxy's identity, for patches.
   *
   * @param host may be left out where there is one only
   */
  public destinationRule(host?: string): ApiObject {
    return this.emitted.find('DestinationRule', host);
  }

  /** What the proxy needs, as text for the people who run it. */
  public describe(): string {
    const { addresses, port, sni, certificateUri, trustBundle, allowedFrom, hosts, hostsPort } = this.requirements;
    return [
      `listen on ${addresses.map(address => `${address} port ${port}`).join(', ')} with TLS; clients send the server name ${sni}`,
      `present a certificate under the mesh's roots whose only URI is ${certificateUri}`,
      `demand a client certificate under the mesh's roots (${trustBundle}), on every connection: no session resumption`,
      `let in clients whose certificate's only URI is one of: ${allowedFrom.join(', ') || 'none'}`,
      ...(hosts === undefined ? [] : [
        `read the server name of the TLS inside, and lead to port ${hostsPort} of that host if it is one of: ${hosts.join(', ')}`,
        'refuse a name that resolves to a private address, or keep the proxy from private addresses by a firewall: whoever owns a name decides where it leads',
      ]),
    ].join('\n');
  }
}

/** The mesh knows a proxy by addresses of one ServiceEntry. */
const AS_ADDRESSES: Limit = { most: 256, asMany: 'as one ServiceEntry of Istio takes', others: 'make another construct, with another host name, for the others' };

function addressesOf(values: Values, addresses: string[]): string[] {
  const checked = values.addresses('addresses', values.required('addresses', addresses), AS_ADDRESSES, true);
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
