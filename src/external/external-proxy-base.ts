import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ExternalProxyOptions } from './external-proxy-options';
import { ExternalProxyRequirements } from './external-proxy-requirements';
import { AppIndex } from '../app/app-index';
import { strangers } from '../check/identities';
import { connectionsIntent } from '../egress/connection-values';
import { destinationRule } from '../emit/istio/destination-rule';
import { serviceEntry } from '../emit/istio/service-entry';
import { ObjectMeta } from '../emit/object';
import { isSingle } from '../intent/addresses';
import { spiffeUris } from '../intent/identity';
import { EgressIntent } from '../intent/intent';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';
import { label, ownName } from '../plan/names';
import { clientLeg, clientSecuring } from '../plan/path';
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
  /** The ServiceEntry that leads to the proxy, for patches. */
  public readonly serviceEntry: ApiObject;

  /** The DestinationRules that demand the proxy's identity, one a host in sorted order, for patches. */
  public readonly destinationRules: ApiObject[];

  /** What the proxy needs. */
  public readonly requirements: ExternalProxyRequirements;

  protected constructor(scope: Construct, id: string, props: ExternalProxyOptions, led: (values: Values) => Led) {
    super(scope, id);
    const values = new Values(scope, id);
    const namespace = values.namespace(props.namespace);
    const clients = values.clients(props.exportTo, namespace);
    const trustDomain = values.domain('trustDomain', props.trustDomain ?? 'cluster.local');
    const { protocol, hosts, port, proxyPort } = led(values);
    const addresses = addressesOf(values, props.addresses);
    const allowed = identityIntents(values, 'allowFrom', values.required('allowFrom', props.allowFrom));
    const path = values.path.split('/');
    const name = label(...path);
    const names = protocol === 'TLS';
    const proxy = {
      addresses,
      port: proxyPort,
      sni: names ? ownName(name, namespace, clients) : hosts[0],
      identity: certificateUriOf(values, props.identity, trustDomain),
      allowedFrom: spiffeUris(allowed, trustDomain),
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
    const meta: Omit<ObjectMeta, 'name'> = {
      namespace,
      labels: values.labels('labels', props.labels),
      annotations: values.annotations(props.annotations),
    };

    this.serviceEntry = serviceEntry(this, 'Resource', { ...meta, name }, () => clientLeg(intent));
    this.destinationRules = hosts.map(host => hosts.length === 1
      ? destinationRule(this, 'DestinationRule', { ...meta, name }, () => clientSecuring(intent, host))
      : destinationRule(this, `DestinationRule-${host}`, { ...meta, name: label(...path, host) }, () => clientSecuring(intent, host)));
    const { identity: certificateUri, ...rest } = proxy;
    this.requirements = {
      name,
      ...rest,
      certificateUri,
      trustBundle: 'key root-cert.pem of ConfigMap istio-ca-root-cert, which is in every namespace of the mesh',
      ...(names ? { hosts, hostsPort: port } : {}),
    };
    AppIndex.of(this).addEgress(this, intent);
    this.node.addValidation({ validate: () => strangers(allowed, intent, trustDomain, 'the mesh') });
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
