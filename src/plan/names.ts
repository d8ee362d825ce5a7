import { hash } from 'crypto';
import { DialledPlace, Door } from './plan';
import { APPS_DOMAIN, NAMESPACES_DOMAIN } from '../intent/reserved-names';

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
  const digest = digestOf(rest.length > 0 ? [parts, rest] : parts);
  const readable = parts.filter((part, i) => part !== parts[i - 1]).join('-').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/-+$/, '')
    .slice(-(MAX - HASH - 1)).replace(/^-+/, '');
  return readable === '' ? digest : [readable, digest].join('-');
}

/** Of what its clients have for a host. */
export function clientName(host: string): string {
  return label([host]);
}

/** Of what its clients have for a port of a host whose TLS their sidecars originate; first label of the name that they know it by. */
export function securedName(host: string, port: number): string {
  return label([host, String(port), 'secured']);
}

/** Of what its clients have for the share of a port of a host that goes through a gateway; first label of the name that they know it by. */
export function shareName(host: string, port: number): string {
  return label([host, String(port), 'share']);
}

/** Of what leaves addresses alone where a host takes any; first label of the name that sidecars know those by. */
export function leftAloneName(host: string): string {
  return label([host, 'left-alone']);
}

/** Of what belongs to those pods only that an origination leaves out. */
export function othersName(host: string, port: number): string {
  return label([host, String(port), 'others']);
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

/**
 * Those who may call, whoever says so: the same for the same callers, in every app. First label of own names, for policies to tell them by.
 * A door that reads requests may refuse some of them, and one of bytes lets all through: neither is known by the name of the other.
 */
export function callersName(callers: 'all' | readonly string[], reads: Door['reads']): string {
  return `${reads === 'http' ? 'h' : 's'}-${callers === 'all' ? 'all' : digestOf(callers)}`;
}

/** The domain of an app's own names. */
export function appDomain(app: string): string {
  return `${app}.${APPS_DOMAIN}`;
}

/** The domain of the names that sidecars of a namespace know hosts by. */
export function namespaceDomain(namespace: string): string {
  return `${namespace}.${NAMESPACES_DOMAIN}`;
}

/** The name that a crossing has of its own: outer SNI of mutual TLS, and host of the outer leg. */
export function ownName(callers: string, crossing: string, domain: string): string {
  return [callers, crossing, domain].join('.');
}

/** Of the one refusal of an app at a gateway. Istio writes it into every filter chain. */
export function appFenceName(app: string, service: string): string {
  return label([app], [service]);
}

/** Of what sidecars of a namespace know, whether it is locked or not: Istio takes one Sidecar a namespace. */
export function sidecarName(namespace: string): string {
  return label(['egress', namespace]);
}

/** Of what shuts a namespace in. */
export function lockdownName(namespace: string): string {
  return label(['egress-lockdown', namespace]);
}

/** Of what tells sidecars of a locked namespace of addresses that are an exception; first label of the name that they know them by. */
export function exceptionName({ addresses, ports }: DialledPlace): string {
  return label(['egress-lockdown', addresses[0], String(ports[0])], [JSON.stringify([addresses, ports])]);
}

/** Of what shuts others out of a gateway, for a lockdown: by its first namespace, which has no other lockdown. */
export function gatewayLockdownName(service: string, namespace: string): string {
  return label(['egress-lockdown', namespace, service]);
}

/** Of what an app's routes need open around a gateway that it does not run. */
export function gatewayNetworkName(app: string, service: string): string {
  return label(['egress-network', app], [service]);
}

/** Of what keeps others off dedicated nodes. */
export function nodesName(taintKey: string, taintValue: string | undefined): string {
  return label(['egress-nodes', taintKey, ...(taintValue === undefined ? [] : [taintValue])]);
}

/** Of what refuses objects for an app of the platform's. */
export function admissionName(rule: string, what: string, app: string): string {
  return label(['egress', rule, what, app]);
}

/** Of what lets a gateway log. */
export function auditName(service: string): string {
  return label(['egress-audit', service]);
}

/** Of what is configured on a proxy outside. */
export function externalName(namespace: string, address: string, port: number): string {
  return label([namespace, address, String(port)]);
}

function digestOf(parts: unknown): string {
  return hash('sha256', JSON.stringify(parts)).slice(0, HASH);
}
