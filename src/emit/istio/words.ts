import { Clients, Leg } from '../../plan/plan';

/** Namespaces as Istio's `exportTo`, of an object in one of them. */
export function exportTo(clients: Clients, namespace: string): string[] {
  return clients === 'all' ? ['*'] : clients.map(client => client === namespace ? '.' : client);
}

/**
 * A subset that only the rule of an outer leg declares, and a door leads to: without the rule nothing leaves, where what it says
 * would leave otherwise than was promised.
 */
export function subsetOf({ security, tunnel }: Leg): string | undefined {
  return security.by === 'tls' || tunnel ? 'secured' : undefined;
}

/** An outer leg of bytes has this port for its own: an odd one would become a listener of each sidecar in the gateway's namespace. Of HTTP all share one. */
export const OUTER = {
  bytes: { number: 443, name: 'tls', protocol: 'TLS' },
  http: { number: 80, name: 'http' },
};
