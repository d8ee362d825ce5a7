import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { doorHost } from './gateway';
import { matchesOf } from './request-rules';
import { aliasOf, aliasPort, exportTo, goesByAlias, OUTER, SECURED, subsetOf } from './words';
import {
  toJson_VirtualServiceSpec, VirtualService, VirtualServiceSpec, VirtualServiceSpecHttp, VirtualServiceSpecHttpRetries, VirtualServiceSpecHttpRoute,
} from '../../../imports/networking.istio.io';
import { RequestsIntent } from '../../intent/requests';
import { Way } from '../../plan/plan';
import { readsHttp } from '../../plan/plan-of';
import { duration } from '../duration';
import { emit, ObjectMeta } from '../object';

/**
 * Headers that every proxy which reads HTTP would add, and hand on to the outside: how often it tried; where Istio traces, where it leads to;
 * and the workload with its namespace, labels and account, which only Istio's own proxies tell. `x-request-id` and `x-forwarded-proto` stay:
 * nothing tells them from an application's own.
 *
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig-ProxyHeaders
 */
const PROXY = ['x-envoy-attempt-count', 'x-envoy-decorator-operation', 'x-envoy-peer-metadata', 'x-envoy-peer-metadata-id'];

/** Those of a gateway, which tell of its caller besides: the certificate and the pod's address. */
const GATEWAY = [...PROXY, 'x-envoy-external-address', 'x-forwarded-client-cert', 'x-forwarded-for'].sort();

/**
 * The VirtualService of a host, for its clients: timeouts and retries, the name by which a gateway that reads HTTP knows a request, and the
 * name by which sidecars know a host that they originate TLS to.
 */
export function clientService(scope: Construct, id: string, meta: ObjectMeta, ways: () => readonly Way[]): ApiObject {
  return emit(scope, id, VirtualService.GVK, meta, () => toJson_VirtualServiceSpec(clientSpec(ways())));
}

/** The VirtualService of a door: where it hands connections or requests on to. */
export function doorService(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  return emit(scope, id, VirtualService.GVK, meta, () => toJson_VirtualServiceSpec(doorSpec(way())));
}

function clientSpec(ways: readonly Way[]): VirtualServiceSpec {
  const [{ host, namespace, clients }] = ways;
  const http = ways.filter(readsHttp);
  const bytes = ways.filter(way => !readsHttp(way));
  // a name's own routes of TLS are taken for those of every wildcard that it is under, of which nothing else is left
  const tls = bytes.filter(({ spoken, share }) => spoken === 'tls' && (share !== undefined || http.length === 0));
  const tcp = bytes.filter(({ spoken }) => spoken !== 'tls');
  return {
    hosts: [host],
    exportTo: exportTo(clients, namespace),
    ...(http.length > 0 ? { http: http.map(requestsOf) } : {}),
    ...(tls.length > 0 ? { tls: tls.map(way => ({ match: [{ port: way.port, sniHosts: [host] }], route: nextOf(way) })) } : {}),
    ...(tcp.length > 0 ? { tcp: tcp.map(way => ({ match: [{ port: way.port }], route: nextOf(way) })) } : {}),
  };
}

function requestsOf(way: Way): VirtualServiceSpecHttp {
  const { port, legs: [{ authority, requests, door }] } = way;
  return {
    match: [{ port }],
    // a gateway that reads requests takes them off, and counts callers by them before
    ...(door?.reads === 'http' ? {} : { headers: { request: { remove: PROXY } } }),
    ...(authority === undefined ? {} : { rewrite: { authority } }),
    route: nextOf(way),
    timeout: duration(requests?.timeout),
    ...retriesOf(requests),
  };
}

/** The host itself, or the name by which it is known where TLS is originated; both, where a share goes through a gateway by such a name. */
function nextOf(way: Way): VirtualServiceSpecHttpRoute[] {
  const { host, port, share, legs: [leg] } = way;
  const itself = { destination: { host, port: { number: port } } };
  if (!share && !goesByAlias(leg)) return [itself];
  const alias = { destination: { host: aliasOf(way), port: { number: aliasPort(way).number }, subset: SECURED } };
  return share ? [{ ...itself, weight: 100 - share }, { ...alias, weight: share }] : [alias];
}

function doorSpec(way: Way): VirtualServiceSpec {
  const { legs: [{ door }, outer] } = way;
  const { name, port, opensTo, reads } = door!;
  const host = doorHost(way);
  const route = [{ destination: { host: outer.name, port: { number: OUTER[reads].number }, subset: subsetOf(outer) } }];
  return {
    hosts: [host],
    exportTo: ['.'],
    gateways: [name],
    ...(reads === 'http' ? { http: httpOf(way, route[0]) }
      // a server that terminates TLS reads only `tcp` routes, one that passes it through only `tls` routes
      : opensTo.by === 'sni' ? { tls: [{ match: [{ port, sniHosts: [host] }], route }] }
        : { tcp: [{ match: [{ port }], route }] }),
  };
}

/** What the door lets through, and a refusal for the rest. */
function httpOf({ legs: [{ door }, outer] }: Way, destination: VirtualServiceSpecHttpRoute): VirtualServiceSpecHttp[] {
  const led = { headers: { request: { remove: GATEWAY } }, route: renamed(destination, outer.authority!), ...retriesOf(outer.requests) };
  const { requests } = door!.admits;
  if (!requests) return [led];
  const match = requests.flatMap(matchesOf);
  return [...(match.length > 0 ? [{ match, ...led }] : []), { directResponse: { status: 403, body: { string: 'egress: not allowed' } } }];
}

function retriesOf({ retries }: RequestsIntent = {}): { retries?: VirtualServiceSpecHttpRetries } {
  return retries ? { retries: { attempts: retries.attempts, perTryTimeout: duration(retries.perTryTimeout), retryOn: retries.on } } : {};
}

/**
 * The same destination twice, because only a weighted one takes the Host header without a word: a `rewrite`, or a single destination, would tell
 * the outside the route's own name, and the client's namespace in it, by x-envoy-original-host, which is added after headers are removed.
 */
function renamed(destination: VirtualServiceSpecHttpRoute, host: string): VirtualServiceSpecHttpRoute[] {
  return [1, 2].map(() => ({ ...destination, weight: 50, headers: { request: { set: { ':authority': host } } } }));
}
