import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emit, ObjectMeta } from '../object';
import { retriesOf } from './request-policy';
import { toJson_VirtualServiceSpec, VirtualService, VirtualServiceSpec, VirtualServiceSpecHttpRoute } from '../../../imports/networking.istio.io';
import { Door } from '../../plan/path';

/**
 * Headers that a gateway which reads HTTP would add, and hand on to the outside: the caller's certificate, the pod's address, how often it was
 * tried; and its workload, which only Istio's own proxies tell.
 *
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig-ProxyHeaders
 */
const CALLER = [
  'x-envoy-attempt-count', 'x-envoy-external-address', 'x-envoy-peer-metadata', 'x-envoy-peer-metadata-id', 'x-forwarded-client-cert', 'x-forwarded-for',
];

/** The VirtualService of a door: where it hands connections on to. */
export function virtualService(scope: Construct, id: string, meta: ObjectMeta, gatewayName: string, door: Door): ApiObject {
  return emit(scope, id, VirtualService.GVK, meta, () => toJson_VirtualServiceSpec(specOf(gatewayName, door)));
}

function specOf(gatewayName: string, { port, host, accepts, next, httpHost, requests }: Door): VirtualServiceSpec {
  const route = [{ destination: { host: next.host, port: { number: next.port } } }];
  return {
    hosts: [host],
    exportTo: ['.'],
    gateways: [gatewayName],
    ...(httpHost !== undefined
      ? { http: [{ headers: { request: { remove: CALLER } }, route: renamed(route[0], httpHost), ...retriesOf(requests) }] }
    // a server that terminates TLS reads only `tcp` routes, one that passes it through only `tls` routes
      : accepts === 'passthrough'
        ? { tls: [{ match: [{ port, sniHosts: [host] }], route }] }
        : { tcp: [{ match: [{ port }], route }] }),
  };
}

/**
 * The same destination twice, because only a weighted one takes the Host header without a word: a `rewrite`, or a single destination, would tell
 * the outside the route's own name, and the client's namespace in it, by x-envoy-original-host, which is added after headers are removed.
 */
function renamed(destination: VirtualServiceSpecHttpRoute, host: string): VirtualServiceSpecHttpRoute[] {
  return [1, 2].map(() => ({ ...destination, weight: 50, headers: { request: { set: { ':authority': host } } } }));
}
