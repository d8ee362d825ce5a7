import { hash } from 'crypto';
import { NAMED_DOMAIN, UNNAMED_DOMAIN } from '../intent/reserved-names';

/*
 * What objects are called. A name says what a thing is: namespace, host, port, gateway, and what must not change in place.
 * Names are kept between versions: whoever changes one orphans an object in somebody's cluster.
 */

const MAX = 63;
const HASH = 8;

/**
 * A DNS label for a thing: its readable parts, the last of which says most, and a hash of these and of the rest, so that other
 * parts have another label (`a-b` and `c` is not `a` and `b-c`). Where it must be cut, the front goes.
 */
export function label(parts: readonly string[], rest: readonly string[] = []): string {
  const digest = hash('sha256', JSON.stringify(rest.length > 0 ? [parts, rest] : parts)).slice(0, HASH);
  const readable = parts.filter((part, i) => part !== parts[i - 1]).join('-').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/-+$/, '')
    .slice(-(MAX - HASH - 1)).replace(/^-+/, '');
  return readable === '' ? digest : `${readable}-${digest}`;
}

/** Of what its clients have for a host. */
export function clientName(host: string): string {
  return label([host]);
}

/** Of what belongs to those pods only that an origination leaves out. */
export function othersName(host: string): string {
  return label([host, 'others']);
}

/** Of what lets sidecars read the Secret for a host. */
export function secretReaderName(host: string): string {
  return label([host, 'secret']);
}

/** What tells a crossing of a gateway from others. What of it must not change in place is told by `shape`. */
export interface CrossingKey {
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
  readonly service: string;
  readonly shape: readonly string[];
}

/** Of what stands at a gateway for one host and port of a namespace. */
export function crossingName({ namespace, host, port, service, shape }: CrossingKey): string {
  return label([namespace, host, String(port)], [service, ...shape]);
}

/** The domain of all own names whose doors let the same callers in: of one app, or of one namespace where the app has no name. */
export function callersDomain(callers: 'all' | readonly string[], namespace: string, app: string | undefined): string {
  const set = callers === 'all' ? 'all' : label(namespacesOf(callers), callers);
  return app === undefined ? `${set}.${namespace}.${UNNAMED_DOMAIN}` : `${set}.${appDomain(app)}`;
}

/** The domain of all own names of an app. */
export function appDomain(app: string): string {
  return `${app}.${NAMED_DOMAIN}`;
}

/** Of the one refusal of an app at a gateway. */
export function appFenceName(app: string, service: string): string {
  return label([service, app]);
}

/** Of the refusal for one set of callers at a gateway, in an app without a name: by the first host that it is for, which no other app has. */
export function callersFenceName(domain: string, service: string, { namespace, host, port }: Pick<CrossingKey, 'namespace' | 'host' | 'port'>): string {
  return label([namespace, host, String(port), 'callers'], [service, domain]);
}

/** Of what shuts a namespace in. */
export function lockdownName(namespace: string): string {
  return label(['egress-lockdown', namespace]);
}

/** Of what shuts others out of a gateway, for a lockdown: by the app, or by its first namespace, which has no other lockdown. */
export function gatewayLockdownName(service: string, owner: string): string {
  return label(['egress-lockdown', owner, service]);
}

/** Of what keeps others off dedicated nodes. */
export function nodesName(taintKey: string, taintValue: string | undefined): string {
  return label(['egress-nodes', taintKey, ...(taintValue === undefined ? [] : [taintValue])]);
}

/** Of what lets a gateway log. */
export function auditName(service: string): string {
  return label(['egress-audit', service]);
}

/** Of what is configured on a proxy outside. */
export function externalName(namespace: string, address: string, port: number): string {
  return label([namespace, address, String(port)]);
}

function namespacesOf(uris: readonly string[]): string[] {
  return [...new Set(uris.map(uri => uri.split('/')[4]))];
}
