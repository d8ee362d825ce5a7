import { Chart, Duration } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { AddressError, canonicalAddress, isAddress } from './addresses';
import { appOf } from './app';
import { elsewhere, Keys, nearest } from './known';
import { describe, Problem } from './problem';
import { OWN_DOMAINS, PART_OF, RESERVED_LABELS } from './reserved-names';

/** Most items of a list that becomes one of an object which takes no more. */
export interface Limit {
  readonly most: number;

  /** As in "as many as one ServiceEntry of Istio takes". */
  readonly asMany: string;

  /** What to do with the others. */
  readonly others: string;
}

/** What Istio's CRD says of `addresses` and `ports` of a ServiceEntry. */
export const IN_ENTRY: Limit = {
  most: 256,
  asMany: 'as one ServiceEntry of Istio takes',
  others: 'give the others to a TcpEgress with another host name, one of its own if it has addresses, else one that DNS has for the host',
};

/** What Istio's CRD says of its `endpoints`. */
export const AS_ENDPOINTS: Limit = { most: 4096, asMany: 'endpoints as one ServiceEntry of Istio takes', others: 'leave addresses out to use DNS' };

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** What cdk8s writes without quotes, and readers of YAML take for a number: octal as `0o17`, and prefixes in capitals. */
const NUMBER_IN_YAML = /^[-+]?0([oO][0-7_]+|X[0-9a-fA-F_]+|B[01_]+)$/;

const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Checks single values of one construct and returns them in canonical form; a wrong one is thrown with the construct's path. */
export class Values {
  /** Of a construct that is there already. */
  public static of(construct: IConstruct): Values {
    return new Values(construct.node.scope as Construct | undefined, construct.node.id);
  }

  /** @param scope none for the app itself */
  public constructor(private readonly scope: Construct | undefined, private readonly id: string) {}

  /** The construct's, as its node has it or will have it. */
  public get path(): string {
    return [this.scope?.node.path ?? '', this.id.replaceAll('/', '--')].filter(part => part !== '').join('/');
  }

  public refuse(problem: Problem, wrong: string, mend: string): never {
    throw new Error(`[${this.path || 'the app'}] ${describe(problem, wrong, mend)}`);
  }

  public required<T>(prop: string, value: T | undefined | null): T {
    if (value === undefined || value === null) {
      this.refuse(Problem.MISSING_VALUE, `${prop} is not given`, `give ${prop}`);
    }
    return value;
  }

  /** What untyped code may have mistaken for another thing. */
  public kindOf<T>(prop: string, value: T | undefined | null, kind: string, is: (value: T) => boolean): T {
    const given = this.required(prop, value);
    if (!is(given)) {
      this.refuse(Problem.INVALID_VALUE, `${prop} is ${Array.isArray(given) ? 'a list' : typeof given === 'object' ? 'another object' : show(given)}`, `give ${kind}`);
    }
    return given;
  }

  /** A value of an enumeration, which untyped code can take for another. */
  public oneOf<T extends string>(prop: string, value: T, known: readonly T[]): T {
    if (!known.includes(value)) {
      this.refuse(Problem.INVALID_VALUE, `${prop} is ${show(value)}`, `give one of ${known.join(', ')}`);
    }
    return value;
  }

  /** Refuses what the oldest version of Istio that the app is for does not have yet. */
  public since(minor: number, what: string, mend: string): void {
    const { istioVersion } = appOf(this.scope!);
    if (istioVersion !== undefined && Number(istioVersion.split('.')[1]) < minor) {
      this.refuse(Problem.ISTIO_TOO_OLD, `${what}, which Istio has since 1.${minor}, and the app is for Istio ${istioVersion}`, mend);
    }
  }

  /** Props that all exist: of untyped code, or of an object that was made elsewhere, the compiler knows nothing. */
  public known<P extends object>(what: string, given: P, keys: Keys<P>): P {
    if (typeof given !== 'object' || given === null) {
      this.refuse(Problem.INVALID_VALUE, `the props of ${what} are ${show(given)}`, 'give an object');
    }
    const [unknown] = Object.entries(given).find(([key, value]) => value !== undefined && !Object.hasOwn(keys, key)) ?? [];
    if (unknown !== undefined) {
      const meant = nearest(unknown, Object.keys(keys));
      const advice = elsewhere(what, unknown);
      this.refuse(Problem.UNKNOWN_PROP, `${show(unknown)} is no prop of ${what}`,
        meant !== undefined ? `did you mean ${show(meant)}?` : `${advice === undefined ? '' : `${advice}; `}its props are ${Object.keys(keys).join(', ')}`);
    }
    return given;
  }

  /** Props of a construct that all exist. A subclass may hand on more of its own, but none that looks like a known one misspelt. */
  public props<P extends object>(construct: { readonly name: string }, made: unknown, given: P, keys: Keys<P>): P {
    const own = made === construct || typeof given !== 'object' || given === null ? []
      : Object.keys(given).filter(key => !Object.hasOwn(keys, key) && nearest(key, Object.keys(keys)) === undefined);
    this.known(construct.name, own.length === 0 ? given : Object.fromEntries(Object.entries(given).filter(([key]) => !own.includes(key))) as P, keys);
    return given;
  }

  /** A whole number of a range. */
  public number(prop: string, value: number, least = 1, most = 1_000_000): number {
    if (!Number.isInteger(value) || value < least || value > most) {
      this.refuse(Problem.INVALID_NUMBER, `${prop} is ${show(value)}`, `give a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** A whole number of a range, if it is given. */
  public count(prop: string, value: number | undefined, least = 1, most = 2 ** 31 - 1): number | undefined {
    return value === undefined ? undefined : this.number(prop, value, least, most);
  }

  /** A duration of at least a millisecond, in milliseconds, if it is given. */
  public milliseconds(prop: string, duration: Duration | undefined): number | undefined {
    if (duration === undefined) return undefined;
    const time = this.kindOf(prop, duration, 'a Duration of cdk8s, such as Duration.seconds(5)', value => value instanceof Duration).toMilliseconds();
    if (time < 1) {
      this.refuse(Problem.INVALID_NUMBER, `${prop} is ${time} ms`, 'give at least one millisecond');
    }
    return time;
  }

  public port(prop: string, value: number): number {
    if (!Number.isInteger(value) || value < 1 || value > 65535) {
      this.refuse(Problem.INVALID_PORT, `${prop} is ${show(value)}`, 'a port is a whole number from 1 to 65535');
    }
    return value;
  }

  /** One port, or several: one of the two props. Sorted. */
  public ports(port: number | undefined, ports: number[] | undefined): number[] {
    if (port !== undefined && ports !== undefined) {
      this.refuse(Problem.CONTRADICTING_PROPS, 'both port and ports are given', 'give port for one, ports for several');
    }
    return port !== undefined
      ? [this.port('port', port)]
      : this.list('ports', this.required('port', ports), (prop, value) => this.port(prop, value), IN_ENTRY).sort((a, b) => a - b);
  }

  /** A DNS name of a host outside the mesh, or, if allowed, all names under a domain. */
  public host(prop: string, value: string, wildcards = false): string {
    const refuse = (wrong: string, mend: string) => this.refuse(Problem.INVALID_HOST, `${prop} ${show(value)} ${wrong}`, mend);
    if (typeof value !== 'string' || value === '') {
      refuse('is no DNS name', 'give one, such as "mongo.example.com"');
    }
    const wildcard = wildcards && /^\*\.[^*]+$/.test(value);
    if (value.includes('*') && !wildcard) {
      this.refuse(Problem.WILDCARD_HOST, `${prop} ${show(value)} is ${wildcards ? 'a wildcard that Istio does not take' : 'a wildcard'}`,
        wildcards ? 'list the exact names; or, for all under a domain, give "*" as the whole first label and a domain after it, as in "*.example.com"' : 'give one exact name');
    }
    // no name ends in digits alone or holds a colon, so that only what may be an address is parsed as one
    const { name, port } = nameIn(value);
    const address = [value.split('/')[0], name].find(text => /(:|\.\d+$)/.test(text) && isAddress(text));
    if (address !== undefined) {
      refuse('is an address', `give a DNS name, and the address as addresses: [${show(address)}] of the egress; for a host without a name, a TcpEgress with a name of your own`);
    }
    const meant = show(isHostName(name.replace(wildcards ? /^\*\./ : '', '')) ? name : 'mongo.example.com');
    if (value.includes('+srv://')) {
      const domain = name.split('.').slice(1).join('.');
      refuse('is found by SRV records, which no proxy follows', wildcards && isHostName(domain)
        ? `give the hosts that those records name (dig SRV), or all of them as a wildcard: ${show(`*.${domain}`)}`
        : 'give the host that those records name (dig SRV), or a TlsEgress for several');
    }
    if (value.includes('://')) {
      refuse('has a scheme', `give the name alone, such as ${meant}${port === undefined ? '' : `, and port ${port} by itself`}`);
    }
    if (/:\d*$/.test(value)) {
      refuse('has a port in it', `give ${meant} here and the port by itself`);
    }
    if (value !== value.toLowerCase()) {
      refuse('has upper case', `write ${meant}`);
    }
    if (value.endsWith('.')) {
      refuse('ends with a dot', `write ${meant}`);
    }
    const labels = (wildcard ? value.slice(2) : value).split('.');
    const bad = labels.find(label => label.length > 63 || !DNS_LABEL.test(label));
    if (bad !== undefined || value.length > 253) {
      refuse('is no DNS name', 'a name has at most 253 characters, in labels of 1 to 63 lower-case letters, digits and inner hyphens, with dots between them');
    }
    if (labels.length === 1 && !wildcard) {
      refuse('is a short name, which Istio takes for a Service of the namespace', 'give the full name, such as "mongo.example.com"');
    }
    if (endsInDigits(value)) {
      refuse('has a top-level domain of digits only', 'give a DNS name, such as "mongo.example.com"');
    }
    if ([...OWN_DOMAINS, 'svc.cluster.local'].some(domain =>
      value === domain || value.endsWith(`.${domain}`) || (wildcard && `.${domain}`.endsWith(value.slice(1))))) {
      this.refuse(Problem.HOST_IN_MESH, `${prop} ${show(value)} ${wildcard ? 'covers names' : 'is a name'} inside the mesh`, 'an egress leads outside; give the name of the outside host');
    }
    return value;
  }

  /** Sorted, canonical addresses and CIDRs of one entry. */
  public addresses(prop: string, values: string[], limit = IN_ENTRY, single = false): string[] {
    return this.list(prop, values, (item, value) => this.network(item, value, single), limit).sort();
  }

  /** An address or CIDR in canonical form; where a range has no meaning, none is advised. */
  public network(item: string, value: string, single = false): string {
    try {
      return canonicalAddress(String(value), single);
    } catch (e) {
      if (!(e instanceof AddressError)) throw e;
      return this.refuse(Problem.INVALID_ADDRESS, `${item} ${show(value)} ${e.message.split('; ')[0]}`, e.message.split('; ').slice(1).join('; '));
    }
  }

  /** The name of a namespace or service account. */
  public name(prop: string, value: string): string {
    this.text(Problem.INVALID_NAME, `${prop} is`, value);
    if (typeof value !== 'string' || value.length > 63 || !DNS_LABEL.test(value)) {
      this.refuse(Problem.INVALID_NAME, `${prop} is ${show(value)}`, 'a name has 1 to 63 lower-case letters, digits and inner hyphens');
    }
    return value;
  }

  /** The name of a Service, which DNS has more to say about. */
  public serviceName(prop: string, value: string): string {
    if (/^\d/.test(this.name(prop, value))) {
      this.refuse(Problem.INVALID_NAME, `${prop} is ${show(value)}, and a Service's begins with a letter`,
        `give one such as ${show(`egress-${value}`.slice(0, 63).replace(/-+$/, ''))}`);
    }
    return value;
  }

  /** The name of a Secret or ConfigMap. */
  public objectName(what: string, name: string): string {
    this.text(Problem.INVALID_NAME, `${what} is called`, name);
    if (typeof name !== 'string' || name.length > 253 || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
      this.refuse(Problem.INVALID_NAME, `${what} is called ${show(name)}`, 'a name has 1 to 253 lower-case letters, digits, inner hyphens and dots');
    }
    return name;
  }

  /** A domain such as `cluster.local`. */
  public domain(prop: string, value: string): string {
    if (!isDomain(value)) {
      this.refuse(Problem.INVALID_NAME, `${prop} is ${show(value)}`, 'a domain is a DNS name in lower case, such as "cluster.local"');
    }
    return value;
  }

  /** Labels that select pods: some. */
  public selector(prop: string, labels: { [key: string]: string }): { [key: string]: string } {
    const checked = this.labels(prop, labels);
    if (Object.keys(checked).length === 0) {
      this.refuse(Problem.EMPTY_LIST, `${prop} is {}, which selects every pod of the namespace`, 'give the labels of those pods');
    }
    return checked;
  }

  /** A revision of the control plane. */
  public revision(value: string, prop = 'revision'): string {
    return this.labels(prop, { 'istio.io/rev': value })['istio.io/rev'];
  }

  /** The DNS domain of the cluster. */
  public clusterDomain(value = 'cluster.local'): string {
    if (endsInDigits(this.domain('clusterDomain', value))) {
      this.refuse(Problem.INVALID_NAME, `clusterDomain is ${show(value)}`, 'a name that ends in digits alone is no name of a host, which Services under it must have');
    }
    return value;
  }

  /** The namespace given, or the chart's. */
  public namespace(value: string | undefined): string {
    const namespace = value ?? Chart.of(this.scope!).namespace;
    if (namespace === undefined) {
      this.refuse(Problem.NAMESPACE_NOT_GIVEN, 'neither the construct nor its chart has a namespace',
        "give one to the chart, as in new Chart(app, 'bookinfo', { namespace: 'bookinfo' }): names and rules depend on it");
    }
    return this.name('namespace', namespace);
  }

  /** The client namespaces, sorted: `.` becomes the egress's own. */
  public clients(exportTo: string[] | undefined, namespace: string): string[] {
    const clients = this.list('exportTo', exportTo ?? ['.'], (prop, value) => {
      if (value === '.') return namespace;
      if (value === '*') return value;
      this.text(Problem.INVALID_EXPORT_TO, `${prop} is`, value);
      if (typeof value !== 'string' || value.length > 63 || !DNS_LABEL.test(value)) {
        this.refuse(Problem.INVALID_EXPORT_TO, `${prop} ${show(value)} is no namespace`, 'give names of namespaces, "." for the own one, or "*" for all');
      }
      return value;
    });
    if (clients.includes('*') && clients.length > 1) {
      this.refuse(Problem.INVALID_EXPORT_TO, `exportTo ${show(exportTo)} names "*" and others`, 'give "*" alone for all namespaces, or list them');
    }
    return clients.sort();
  }

  /** The name of the app, by which gateways tell its objects from those of others. */
  public appName({ name }: { readonly name?: string }): string {
    return name ?? this.refuse(Problem.UNNAMED_APP, 'the app has no name, by which a gateway tells its routes from those of other apps',
      'give it one that no other app of the mesh has, and that stays: EgressApp.configure(app, { name: \'bookinfo\' }), right after new App()');
  }

  /** True or false, and nothing that only looks like one of them. */
  public flag(prop: string, value: boolean | undefined): boolean {
    if (value !== undefined && typeof value !== 'boolean') {
      this.refuse(Problem.INVALID_VALUE, `${prop} is ${show(value)}`, 'give true or false, without quotes, or leave it out');
    }
    return value ?? false;
  }

  /** At least one item, each once. */
  public list<T, U>(prop: string, values: T[], check: (prop: string, value: T) => U, limit?: Limit): U[] {
    if (!Array.isArray(values) || values.length === 0) {
      this.refuse(Problem.EMPTY_LIST, `${prop} is ${show(values)}`, `give at least one, as in ${prop}: [...]`);
    }
    if (limit && values.length > limit.most) {
      this.refuse(Problem.TOO_MANY, `${prop} has ${values.length} items`, `at most ${limit.most}, as many ${limit.asMany}: ${limit.others}`);
    }
    const checked = values.map((value, i) => check(`${prop}[${i}]`, value));
    const seen = new Set<U>();
    const again = checked.findIndex(value => seen.size === seen.add(value).size);
    if (again >= 0) {
      this.refuse(Problem.DUPLICATE_VALUE, `${prop}[${again}] ${show(values[again])} stands there already`, 'remove one of the two');
    }
    return checked;
  }

  /** The same where none has a meaning: an empty list, or nothing. */
  public listOrNone<T, U>(prop: string, values: T[] | undefined, check: (prop: string, value: T) => U, limit?: Limit): U[] {
    return values === undefined || (Array.isArray(values) && values.length === 0) ? [] : this.list(prop, values, check, limit);
  }

  /** Labels that the user adds to emitted objects. */
  public labels(prop: string, labels: { [key: string]: string } = {}): { [key: string]: string } {
    for (const [key, value] of this.entries(prop, labels)) {
      this.key(Problem.INVALID_LABEL, prop, key);
      if (typeof value !== 'string' || value.length > 63 || !(value === '' || LABEL_NAME.test(value))) {
        this.refuse(Problem.INVALID_LABEL, `${prop} ${show(key)} has the value ${show(value)}`,
          'a value has at most 63 letters, digits, "-", "_" and ".", and begins and ends with a letter or digit');
      }
      this.text(Problem.INVALID_LABEL, `${prop} ${show(key)} has the value`, value);
      if (RESERVED_LABELS.includes(key)) {
        this.refuse(Problem.RESERVED_LABEL, `${prop} sets ${show(key)}`,
          key === PART_OF ? 'leave it out: EgressApp.configure sets it, to the name of the app' : 'leave it out: traffic goes astray without the value that the construct sets');
      }
    }
    return { ...labels };
  }

  /** Annotations that the user adds to emitted objects. */
  public annotations(annotations: { [key: string]: string } = {}): { [key: string]: string } {
    for (const [key, value] of this.entries('annotations', annotations)) {
      this.key(Problem.INVALID_ANNOTATION, 'annotations', key);
      if (typeof value !== 'string') {
        this.refuse(Problem.INVALID_ANNOTATION, `annotations ${show(key)} has the value ${show(value)}`, 'a value is a string');
      }
      this.text(Problem.INVALID_ANNOTATION, `annotations ${show(key)} has the value`, value);
    }
    return { ...annotations };
  }

  /** What an object holds under its own keys. */
  private entries(prop: string, map: { [key: string]: string }): [string, string][] {
    return Object.entries(this.kindOf(prop, map, 'an object of strings', value => typeof value === 'object' && !(Symbol.iterator in value)));
  }

  /** What must come back from YAML as the text that it is. */
  private text(problem: Problem, what: string, value: string): void {
    if (NUMBER_IN_YAML.test(value)) {
      this.refuse(problem, `${what} ${show(value)}`, 'readers of YAML take it for a number: choose another');
    }
  }

  private key(problem: Problem, prop: string, key: string): void {
    const [name, prefix, ...rest] = key.split('/').reverse();
    const good = rest.length === 0 && !NUMBER_IN_YAML.test(key) && name.length <= 63 && LABEL_NAME.test(name)
      && (prefix === undefined || (prefix.length <= 253 && prefix.split('.').every(part => DNS_LABEL.test(part))));
    if (key === 'constructor') {
      this.refuse(problem, `${prop} has the key "constructor"`, 'cdk8s takes an object with it for no plain one and writes nothing: choose another');
    }
    if (!good) {
      this.refuse(problem, `${prop} has the key ${show(key)}`, 'a key is a name of at most 63 characters, after a DNS prefix and "/" if wanted, as in "example.com/team"');
    }
  }
}

/** A DNS name in lower case, of one label or more. */
export function isDomain(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 253 && value.split('.').every(label => label.length <= 63 && DNS_LABEL.test(label));
}

/** Whether a domain has a top level of digits alone, as no name of a host has. */
export function endsInDigits(domain: string): boolean {
  return /(^|\.)\d+$/.test(domain);
}

/** A host's name: a DNS name of two labels or more. */
function isHostName(name: string): boolean {
  return isDomain(name) && name.includes('.') && !endsInDigits(name);
}

/** What may be the name in a URL, or in a name that is written in another way; and the port beside it. */
function nameIn(text: string): { readonly name: string; readonly port?: string } {
  const [, address, name, port] = /^(?:[^/]*:\/\/)?(?:[^/@]*@)?(?:\[([^\]]*)\]|([^:/?#,]*?))\.*(?::(\d+))?(?:[:/?#,].*)?$/.exec(text.toLowerCase()) ?? [];
  return { name: address ?? name ?? '', port };
}

function show(value: unknown): string {
  if (Construct.isConstruct(value)) return JSON.stringify(value.node.path);
  if (typeof value === 'function') return 'a function, which must be called';
  const made = value && Object.getPrototypeOf(value)?.constructor;
  if (typeof made === 'function' && ![Object, Array, String, Number, Boolean].includes(made)) return `of class ${made.name}`;
  return typeof value === 'number' ? String(value) : JSON.stringify(value) ?? String(value);
}
