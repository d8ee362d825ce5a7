import { ApiObject, Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { EgressIntent, isHttp, isTls, isWildcard } from '../intent/egress';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { grouped } from '../intent/groups';
import { isMounted } from '../intent/mount';
import { clientCertificateOf, secretOf, SYSTEM } from '../intent/origination';
import { describe, Problem, RelationProblem } from '../intent/problem';
import { RouteIntent } from '../intent/route';

type Report = (path: string, problem: Problem, wrong: string, mend: string) => void;

/** What is wrong with TLS that is originated on routes, and with forward proxies. */
export function outwardProblems(routes: readonly RouteIntent[], report: Report): void {
  for (const route of routes) {
    originations(route, report);
    tunnels(route, report);
    missingFiles(route, report);
  }
  sharedCertificates(routes, report);
}

function originations({ path, egress, hop, tlsOrigination, forwardProxy }: RouteIntent, report: Report): void {
  if (tlsOrigination && isTls(egress)) {
    report(path, Problem.ORIGINATION_OF_TLS, `"${egress.path}" is TLS, which the application speaks itself`,
      egress.httpPorts
        ? 'TLS inside TLS is what no server expects: leave tlsOrigination and httpPorts out, and let the application speak TLS on all ports'
        : 'TLS inside TLS is what no server expects: leave tlsOrigination out; or let the application speak plainly, and declare an HttpEgress, or a TcpEgress with the addresses that it dials');
  }
  if (tlsOrigination && egress.tlsOrigination) {
    report(path, Problem.SECOND_ORIGINATION, `"${egress.path}" originates TLS at the sidecar, and the route at the gateway`,
      `that is TLS inside TLS: leave tlsOrigination out of the ${hop.security === 'passthrough' ? 'route' : 'egress'}`);
  }
  if (egress.tlsOrigination && !tlsOrigination && hop.security !== 'passthrough') {
    report(path, Problem.ORIGINATION_BEFORE_GATEWAY, `"${egress.path}" originates TLS at the sidecar, and the hop to the gateway is ${hop.security}`,
      'give tlsOrigination to the route instead, so that the gateway originates; or use GatewayHop.passthrough(), so that TLS of the sidecar goes to the host, and the gateway cannot know who calls');
  }
  if (tlsOrigination && forwardProxy) {
    report(path, Problem.CONTRADICTING_PROPS, 'both forwardProxy and tlsOrigination are given',
      `Istio has one TLS a leg: leave tlsOrigination out${isTls(egress) ? '' : ', declare a TlsEgress, and let the application speak TLS'}`);
  }
}

function tunnels({ path, egress, gateway, forwardProxy, hostingServer }: RouteIntent, report: Report): void {
  const wildcard = egress.hosts.find(isWildcard);
  if (forwardProxy && wildcard !== undefined && hostingServer === undefined) {
    report(path, Problem.TUNNEL_OF_SEVERAL, `"${egress.path}" has the wildcard "${wildcard}"`, 'a forward proxy is asked for one host: list the exact hosts, or give hostingServer if one server serves all names');
  }
  if (egress.forwardProxy) {
    report(path, Problem.TUNNEL_BEFORE_GATEWAY, `the sidecars of "${egress.path}" go by the forward proxy ${egress.forwardProxy.host}, and the route leads to a gateway`,
      'give forwardProxy to the route instead, so that the gateway goes by it');
  }
  if (forwardProxy && (isHttp(egress) || egress.httpPorts)) {
    report(path, Problem.TUNNEL_OF_HTTP, `"${egress.path}" ${egress.httpPorts ? `has plain HTTP on port ${egress.httpPorts.join(', ')}` : `is ${egress.protocol}`}, and a forward proxy is asked by CONNECT, which proxies allow for TLS`,
      `${egress.httpPorts ? 'leave httpPorts out' : 'declare a TlsEgress'}, and let the application speak TLS`);
  }
  if (forwardProxy && (forwardProxy.host === gateway.host || egress.hosts.includes(forwardProxy.host))) {
    report(path, Problem.TUNNEL_TO_GATEWAY, `the forward proxy ${forwardProxy.host} is ${forwardProxy.host === gateway.host ? 'the gateway itself' : 'the host itself'}`,
      'give the proxy that stands between the gateway and the host');
  }
}

/** One certificate, by which a partner takes several namespaces for one. */
function sharedCertificates(routes: readonly RouteIntent[], report: Report): void {
  const shown = routes.flatMap(({ path, egress: { namespace }, gateway, tlsOrigination, forwardProxy }) =>
    [tlsOrigination, forwardProxy?.tlsOrigination].flatMap(origination => {
      const certificate = origination && clientCertificateOf(origination);
      return certificate === undefined ? []
        : [[`${certificate} at gateway "${gatewayName(gateway)}"`, { path, namespace, shared: origination!.shared }] as const];
    }));
  for (const [certificate, all] of grouped(shown)) {
    for (const { path, namespace, shared } of all) {
      const other = all.find(one => one.namespace !== namespace);
      if (!other || shared) continue;
      report(path, Problem.SHARED_CERTIFICATE, `namespace "${namespace}" shows the ${certificate}, and so does "${other.namespace}", by "${other.path}"`,
        'to the partner they are one: give each namespace a certificate of its own; or, if that is meant, sharedByNamespaces: true of the ClientCertificate to each of the routes');
    }
  }
}

/** Files that a gateway of the app does not have: its proxy would never get the certificates, and refuse every connection. */
function missingFiles({ path, gateway, tlsOrigination, forwardProxy }: RouteIntent, report: Report): void {
  for (const { certificates } of [tlsOrigination, forwardProxy?.tlsOrigination].filter(one => one !== undefined)) {
    const { from, ...files } = certificates;
    if (from !== 'files') continue;
    for (const [field, file] of Object.entries(files).filter(([, name]) => name !== undefined && name !== SYSTEM)) {
      if (gateway.mounts && !isMounted(file, gateway.mounts)) {
        const folder = file.slice(0, file.lastIndexOf('/'));
        report(path, Problem.FILE_NOT_MOUNTED, `${field} is the file "${file}", and gateway "${gatewayName(gateway)}" mounts nothing at "${folder || '/'}"`,
          `give the gateway mounts: [GatewayMount.secret(...)] with the folder of the file${folder === '' ? ', which must be one of its own, such as "/etc/partner"' : ''}`);
      }
    }
  }
}

/** Originations and mounts whose Secret the app writes into another namespace than the one that it is read from. */
export function secretProblems(
  root: IConstruct, egresses: readonly EgressIntent[], routes: readonly RouteIntent[], gateways: readonly GatewayIntent[],
): RelationProblem[] {
  const originated = [...egresses, ...routes].flatMap(carrier => [carrier.tlsOrigination, carrier.forwardProxy?.tlsOrigination]
    .map(origination => origination && secretOf(origination))
    .filter(secret => secret !== undefined)
    .map(name => ({ path: carrier.path, name, namespace: 'gateway' in carrier ? carrier.gateway.namespace : carrier.namespace })));
  const mounted = gateways.flatMap(({ path, namespace, mounts = [] }) =>
    mounts.filter(({ kind }) => kind === 'secret').map(({ name }) => ({ path, name, namespace })));
  const wanted = [...originated, ...mounted];
  if (wanted.length === 0) return [];
  const written = new Map<string, string[]>();
  for (const object of root.node.findAll().filter(ApiObject.isApiObject).filter(({ kind }) => kind === 'Secret')) {
    written.set(object.name, [...written.get(object.name) ?? [], object.metadata.namespace ?? Chart.of(object).namespace ?? 'default']);
  }
  return wanted
    .filter(({ name, namespace }) => written.has(name) && !written.get(name)!.includes(namespace))
    .map(({ path, name, namespace }) => ({
      path,
      text: describe(Problem.SECRET_ELSEWHERE, `the Secret "${name}" is written into namespace "${written.get(name)!.join('" and "')}", and is read from "${namespace}"`,
        `write it into "${namespace}", where the proxy lives that needs it`),
    }));
}
