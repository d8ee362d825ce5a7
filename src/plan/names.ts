import { hash } from 'crypto';

/** Domains of our own names: routes of one namespace, and routes that other namespaces use too. */
const OWN = 'egress.internal';
const SHARED = 'shared-egress.internal';
export const OWN_DOMAINS = [OWN, SHARED];

/** Labels of every entry: with DNS capture a virtual address would be matched instead of the SNI. */
export const ENTRY_LABELS = { 'networking.istio.io/enable-autoallocate-ip': 'false' };

const MAX = 63;
const HASH = 8;

/**
 * A DNS label made of parts: readable, at most 63 characters, and another for other parts
 * (`a-b` and `c` is not `a` and `b-c`), whatever stands beside it.
 */
export function label(...parts: string[]): string {
  const digest = hash('sha256', JSON.stringify(parts)).slice(0, HASH);
  const readable = parts.filter((part, i) => part !== parts[i - 1]).join('-').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-/, '')
    .slice(0, MAX - HASH - 1).replace(/-$/, '');
  return readable === '' ? digest : `${readable}-${digest}`;
}

/** The domain of the routes that exactly these namespaces may use. */
export function routeDomain(namespace: string, clients: readonly string[]): string {
  return clients.length === 1 && clients[0] === namespace
    ? `${namespace}.${OWN}`
    : `${clients[0] === '*' ? 'all' : label(...clients)}.${SHARED}`;
}

/** The name of its own that a route has at the gateway: outer SNI of mutual TLS, and host of the outer leg. */
export function ownName(route: string, namespace: string, clients: readonly string[]): string {
  const domain = routeDomain(namespace, clients);
  return domain === `${namespace}.${OWN}` ? `${route}.${domain}` : `${route}.${namespace}.${domain}`;
}
