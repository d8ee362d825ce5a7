import { admitted } from './callers';
import { appDomain, callersName, crossingName, ownName } from './names';
import { Callers, Clients, Door, Leg, Reach, Security, Spoken, Taken, Way } from './plan';
import { EgressIntent, isNamed, isWildcard, protocolAt } from '../intent/egress';
import { ForwardProxyIntent } from '../intent/forward-proxy';
import { gatewayName } from '../intent/gateway';
import { spiffeUris } from '../intent/identity';
import { OriginationIntent, outsidePort, SYSTEM } from '../intent/origination';
import { PermissionIntent } from '../intent/permission';
import { RequestsIntent } from '../intent/requests';
import { isDivided, RouteIntent } from '../intent/route';

/** Where a gateway reads HTTP it tries again what fails behind it, and the sidecar only the way to it: else tries would multiply. */
const TO_GATEWAY = { attempts: 2, on: 'connect-failure,refused-stream' };

/** The ways of an egress, by host and port, and who may use those that lead through a gateway. */
export function waysOf(
  egress: EgressIntent, route: RouteIntent | undefined, permissions: readonly PermissionIntent[] | undefined, app: string | undefined,
): { readonly ways: Way[]; readonly who: Callers['who'] } {
  const admits = route && admitted(route, permissions);
  const clients: Clients = egress.clients.includes('*') ? 'all' : egress.clients;
  const taken = takenBy(egress);
  const ways = egress.hosts.flatMap(host => egress.ports.map((port): Way => ({
    egress: egress.path,
    ...(route ? { route: route.path } : {}),
    namespace: egress.namespace,
    clients,
    host,
    port,
    spoken: protocolAt(egress, port).toLowerCase() as Spoken,
    taken,
    legs: route ? throughGateway(route, host, port, admits!, app!) : [straight(egress, host, port)],
    ...(route && isDivided(route) ? { share: route.weight, rest: straight(egress, host, port) } : {}),
  })));
  return { ways, who: admits?.who ?? 'all' };
}

function takenBy(egress: EgressIntent): Taken {
  if (isNamed(egress)) return { by: 'name' };
  if (egress.addresses.length > 0) return { by: 'addresses', addresses: egress.addresses };
  return { by: 'port', ...given({ except: egress.exceptAddresses }) };
}

function straight(egress: EgressIntent, host: string, port: number): Leg {
  const { connections, requests } = egress;
  return { from: 'sidecar', name: host, ...outwards(egress, host, port), ...given({ connections, requests }) };
}

/** What the sidecar does on the way outside, or inside a passthrough hop. */
function outwards(egress: EgressIntent, host: string, port: number): Pick<Leg, 'reach' | 'security' | 'tunnel' | 'onlyPods' | 'admittedOutside'> {
  const { externalProxy, forwardProxy } = egress;
  if (externalProxy) {
    const { addresses, port: proxyPort, sni, identity, allowed, trustDomain } = externalProxy;
    return {
      reach: { to: 'addresses', addresses, port: proxyPort },
      security: { by: 'mesh', sni, identity },
      admittedOutside: spiffeUris(allowed, trustDomain),
    };
  }
  if (forwardProxy) {
    return {
      reach: at(forwardProxy),
      security: ofProxy(forwardProxy),
      tunnel: { proxy: forwardProxy.host, host, port },
      ...onlyPods(forwardProxy.tlsOrigination, forwardProxy.host),
    };
  }
  return {
    reach: direct(egress, host, port),
    security: originated(egress.tlsOrigination, host),
    ...onlyPods(egress.tlsOrigination, host),
  };
}

function direct(egress: EgressIntent, host: string, port: number): Reach {
  const target = outsidePort(port, egress.tlsOrigination);
  if (egress.addresses.length > 0) {
    return !isNamed(egress) && target === port ? { to: 'dialled', port } : { to: 'addresses', addresses: egress.addresses, port: target };
  }
  switch (egress.wildcardResolution) {
    case 'NONE':
      return { to: 'dialled', port: target };
    case 'DYNAMIC_DNS':
      return { to: 'sent-name', port: target };
    default:
      return { to: 'name', name: host, port: target };
  }
}

function throughGateway(
  route: RouteIntent, host: string, port: number, admits: ReturnType<typeof admitted>, app: string,
): [Leg, Leg] {
  const { egress, gateway, hop } = route;
  const { who, ...inside } = admits;
  const set = inside.set ?? callersName('all', 'bytes');
  const domain = appDomain(app);
  const target = outsidePort(port, route.tlsOrigination ?? egress.tlsOrigination);
  const name = crossingName({ namespace: egress.namespace, host, port, service: gateway.service, shape: shapeOf(route, target, [set, domain]) });
  const own = ownName(set, name, domain);
  const door: Door = {
    gateway: gatewayName(gateway),
    name,
    port: hop.port,
    opensTo: hop.security === 'plaintext' ? { by: 'port' }
      : hop.security === 'mutual-tls' ? { by: 'own-name', name: own }
        : { by: 'sni', name: egress.tlsOrigination?.sni ?? host },
    reads: hop.http ? 'http' : 'bytes',
    admits: inside,
  };
  return [
    {
      from: 'sidecar',
      name: host,
      reach: { to: 'name', name: gateway.host, port: hop.port },
      security: hop.security === 'mutual-tls' ? { by: 'mesh', sni: own, identity: gateway.identity } : originated(egress.tlsOrigination, host),
      ...(hop.security === 'mutual-tls' ? {} : onlyPods(egress.tlsOrigination, host)),
      ...given({ connections: egress.connections, requests: requestsOf(egress.requests, hop.http) }),
      ...(hop.http ? { authority: own } : {}),
      door,
    },
    outer(route, host, port, target, name, own),
  ];
}

/** What makes a crossing another one, so that the old stands until its clients have moved: how it is entered and by whom, and what is done on the way out. */
function shapeOf({ hop, tlsOrigination, forwardProxy }: RouteIntent, target: number, own: readonly string[]): string[] {
  return [
    hop.http ? 'http' : hop.security === 'plaintext' ? `plaintext ${hop.port}` : hop.security,
    ...own,
    ...(tlsOrigination ? [`tls ${target}`] : []),
    ...(forwardProxy ? [`proxy ${forwardProxy.host} ${forwardProxy.port}`] : []),
  ];
}

function outer(route: RouteIntent, host: string, port: number, target: number, name: string, own: string): Leg {
  const { egress, hop, tlsOrigination, forwardProxy, connections, hostingServer = host } = route;
  const reach = forwardProxy ? at(forwardProxy) : outerReach(route, host, target, name);
  const retries = hop.http ? egress.requests?.retries : undefined;
  return {
    from: 'gateway',
    name: own,
    reach,
    security: tlsOrigination ? originated(tlsOrigination, hostingServer) : ofProxy(forwardProxy),
    ...(forwardProxy ? { tunnel: { proxy: forwardProxy.host, host: hostingServer, port: target } } : {}),
    ...given({ connections, requests: retries && { retries } }),
    ...(hop.http ? { authority: port === 80 ? host : `${host}:${port}` } : {}),
    ...(reach.to === 'sni-proxy' ? { tellsCaller: true } : {}),
  };
}

function outerReach({ egress, gateway, hostingServer }: RouteIntent, host: string, port: number, name: string): Reach {
  if (egress.addresses.length > 0) return { to: 'addresses', addresses: egress.addresses, port };
  return gateway.sniProxy && isWildcard(host) && hostingServer === undefined
    ? { to: 'sni-proxy', socket: gateway.sniProxy.program === 'nginx' ? `/var/run/sni/${name}.sock` : `@${name}`, port }
    : { to: 'name', name: hostingServer ?? host, port };
}

function at({ host, addresses, port }: ForwardProxyIntent): Reach {
  return addresses.length > 0 ? { to: 'addresses', addresses, port } : { to: 'name', name: host, port };
}

function ofProxy(proxy: ForwardProxyIntent | undefined): Security {
  return proxy ? originated(proxy.tlsOrigination, proxy.host) : { by: 'nothing' };
}

function originated(origination: OriginationIntent | undefined, host: string): Security {
  if (!origination) return { by: 'nothing' };
  const { sni = host, subjectAltNames = [host], verified, mutual, certificates } = origination;
  return { by: 'tls', sni, ...(verified ? { names: subjectAltNames } : {}), mutual, certificates };
}

/** Pods that an origination leaves out: without a rule of their own they would speak in clear to the host's TLS port. */
function onlyPods(origination: OriginationIntent | undefined, host: string): Pick<Leg, 'onlyPods'> {
  if (!origination?.workloadSelector) return {};
  const { workloadSelector: labels, ...shared } = origination;
  const others = originated({ ...shared, mutual: false, certificates: { from: 'files', ...(shared.verified ? { caCertificates: SYSTEM } : {}) } }, host);
  return { onlyPods: { labels, others } };
}

function requestsOf(requests: RequestsIntent | undefined, http = false): RequestsIntent | undefined {
  return http ? { ...given({ timeout: requests?.timeout }), retries: TO_GATEWAY } : requests;
}

/** Without what is not given. */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
