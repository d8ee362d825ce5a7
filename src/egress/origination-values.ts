import { CLIENT_CERTIFICATE, CLIENT_CERTIFICATE_FILES, MUTUAL_TLS, SIMPLE_TLS } from './known-props';
import { CaCertificates, ClientCertificate, TlsOrigination, TlsOriginationOptions } from './tls-origination';
import { isAddress } from '../intent/addresses';
import { CertificatesIntent, OriginationIntent, SYSTEM } from '../intent/origination';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

const SECRET = 'the Secret';

/** Who originates, and in which namespace its Secrets and ConfigMaps lie. */
export interface Originator {
  readonly at: 'sidecar' | 'gateway';
  readonly namespace: string;

  /** Namespaces that see the leg. */
  readonly clients: readonly string[];

  /** How many hosts and ports the leg has. */
  readonly hosts: number;
  readonly ports: number;
}

/** Checks an origination for the proxy that it is for. */
export function originationIntent(values: Values, origination: TlsOrigination | undefined, originator: Originator): OriginationIntent | undefined {
  if (origination === undefined) return undefined;
  values.kindOf('tlsOrigination', origination, 'a TlsOrigination, such as TlsOrigination.simple()', value => value instanceof TlsOrigination);
  const mutual = origination._mode === 'MUTUAL';
  const options = mutual
    ? values.known('TlsOrigination.mutual', origination._options, MUTUAL_TLS)
    : values.known('TlsOrigination.simple', origination._options, SIMPLE_TLS);
  const source = values.kindOf(mutual ? 'clientCertificate' : 'caCertificates', origination._source,
    mutual ? 'a ClientCertificate, such as ClientCertificate.fromSecret(...)' : 'CaCertificates, such as CaCertificates.fromConfigMap(...)',
    value => value instanceof (mutual ? ClientCertificate : CaCertificates));
  const secret = source._secret === undefined ? undefined : objectName(values, SECRET, source._secret);
  selectedWorkloads(values, options, mutual, secret, originator);
  several(values, options, originator);
  unverified(values, options, source);
  return {
    port: options.port === undefined ? undefined : values.port('port of the TLS origination', options.port),
    sni: options.sni === undefined ? undefined : values.host('sni', options.sni),
    subjectAltNames: options.subjectAltNames === undefined ? undefined
      : values.list('subjectAltNames', options.subjectAltNames, (prop, name) => alternativeName(values, prop, name)),
    verified: !values.flag('insecureSkipVerify', options.insecureSkipVerify),
    mutual,
    certificates: certificatesOf(values, source, secret, originator, options.insecureSkipVerify),
    ...(source instanceof ClientCertificate && isShared(values, source) ? { shared: true } : {}),
    workloadSelector: options.workloadSelector,
    serviceAccount: options.serviceAccount,
  };
}

function selectedWorkloads(
  values: Values, options: TlsOriginationOptions, mutual: boolean, secret: string | undefined, { at, namespace, clients }: Originator,
): void {
  const { workloadSelector, serviceAccount } = options;
  if (at === 'gateway') {
    if (workloadSelector !== undefined || serviceAccount !== undefined) {
      values.refuse(Problem.CONTRADICTING_PROPS, 'workloadSelector or serviceAccount is given, and the gateway originates',
        'leave both out; they belong to an origination at the sidecar, in the props of an egress');
    }
    return;
  }
  if (workloadSelector !== undefined && Object.keys(values.labels('workloadSelector', workloadSelector)).length === 0) {
    values.refuse(Problem.EMPTY_LIST, 'workloadSelector is {}, which selects every pod of the namespace', 'give the labels of the pods that originate');
  }
  const elsewhere = clients.length > 1 || clients[0] !== namespace;
  if (serviceAccount !== undefined) {
    values.name('serviceAccount', serviceAccount);
  }
  if (secret !== undefined && (workloadSelector === undefined || serviceAccount === undefined)) {
    values.refuse(Problem.WORKLOAD_NOT_GIVEN, `the sidecar is to take the Secret "${secret}", and ${workloadSelector === undefined ? 'workloadSelector' : 'serviceAccount'} is not given`,
      `${elsewhere ? 'declare the egress in each client namespace, and ' : ''}give both: without workloadSelector the sidecar sends plaintext, without a Role for the service account it gets no Secret; or originate at a gateway, or use files${mutual ? '' : ' or a ConfigMap'}`);
  }
  if (workloadSelector !== undefined && elsewhere) {
    values.refuse(Problem.WORKLOAD_NOT_GIVEN, `workloadSelector is given, and exportTo names other namespaces than "${namespace}"`,
      'Istio reads a workloadSelector only for pods of its own namespace: declare the egress in each, or originate at a gateway');
  }
}

function several(values: Values, { sni, port }: TlsOriginationOptions, { hosts, ports }: Originator): void {
  if (sni !== undefined && hosts > 1) {
    values.refuse(Problem.CONTRADICTING_PROPS, `sni is given for ${hosts} hosts`, 'leave it out, each host is its own; or make an egress of each');
  }
  if (port !== undefined && ports > 1) {
    values.refuse(Problem.CONTRADICTING_PROPS, `port of the TLS origination is given for ${ports} ports`, 'leave it out, and 80 becomes 443 and every other stays; or let the application dial one port');
  }
}

function unverified(
  values: Values, { insecureSkipVerify, subjectAltNames }: TlsOriginationOptions, source: CaCertificates | ClientCertificate,
): void {
  if (!insecureSkipVerify) return;
  const checkedBy = source instanceof CaCertificates
    ? source._secret ?? source._configMap ?? (source._files.caCertificates === SYSTEM ? undefined : source._files.caCertificates)
    : undefined;
  if (subjectAltNames !== undefined || checkedBy !== undefined) {
    values.refuse(Problem.CONTRADICTING_PROPS, `insecureSkipVerify is true, and ${checkedBy === undefined ? 'subjectAltNames' : 'caCertificates'} is given`,
      `leave insecureSkipVerify out, so that the server is checked; or, for a test, leave ${checkedBy === undefined ? 'subjectAltNames' : 'caCertificates'} out`);
  }
}

function certificatesOf(
  values: Values, source: CaCertificates | ClientCertificate, secret: string | undefined, { namespace }: Originator, unchecked = false,
): CertificatesIntent {
  if (secret !== undefined) return { from: 'secret', name: secret };
  if (source instanceof CaCertificates && source._configMap !== undefined) {
    return { from: 'config-map', namespace, name: objectName(values, 'the ConfigMap', source._configMap) };
  }
  if (source instanceof CaCertificates) {
    return { from: 'files', ...(unchecked ? {} : { caCertificates: file(values, 'caCertificates', source._files.caCertificates) }) };
  }
  const { clientCertificate, privateKey, caCertificates } = values.known('ClientCertificate.fromFiles', source._files!, CLIENT_CERTIFICATE_FILES);
  return {
    from: 'files',
    clientCertificate: file(values, 'clientCertificate', clientCertificate),
    privateKey: file(values, 'privateKey', privateKey),
    ...(unchecked ? {} : { caCertificates: file(values, 'caCertificates', caCertificates) }),
  };
}

function isShared(values: Values, { _options, _files }: ClientCertificate): boolean {
  values.known('ClientCertificate.fromSecret', _options, CLIENT_CERTIFICATE);
  return values.flag('sharedByNamespaces', (_files ?? _options).sharedByNamespaces);
}

function file(values: Values, prop: string, path: string | undefined): string {
  const given = values.required(prop, path);
  if (prop === 'caCertificates' && given === SYSTEM) return given;
  if (typeof given !== 'string' || !/^\/[^~]+$/.test(given)) {
    values.refuse(Problem.INVALID_PATH, `${prop} is ${JSON.stringify(given)}`, 'give the absolute path of a file in the proxy\'s container, without "~"');
  }
  return given;
}

function objectName(values: Values, what: string, name: string): string {
  values.objectName(what, name);
  if (what === SECRET && name.endsWith('-cacert')) {
    values.refuse(Problem.INVALID_NAME, `${what} is called "${name}"`, `Istio adds "-cacert" by itself: give "${name.replace(/(-cacert)+$/, '')}"`);
  }
  return name;
}

function alternativeName(values: Values, prop: string, name: string): string {
  const isUri = typeof name === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^\s/]+\S*$/.test(name);
  const isDns = typeof name === 'string' && name.length <= 253 && !/\.\d+$/.test(name)
    && name.split('.').every(part => /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(part));
  if (!isUri && !isDns && !(typeof name === 'string' && isAddress(name))) {
    values.refuse(Problem.INVALID_SUBJECT_ALT_NAME, `${prop} is ${JSON.stringify(name)}`,
      'give an exact DNS name that the certificate is for, an address, or a URI such as "spiffe://cluster.local/ns/edge/sa/partner"');
  }
  return name;
}
