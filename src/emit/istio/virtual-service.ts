import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emit, ObjectMeta } from './object';
import { retriesOf } from './request-policy';
import { toJson_VirtualServiceSpec, VirtualService, VirtualServiceSpec } from '../../../imports/networking.istio.io';
import { Door } from '../../plan/path';

/** Headers by which proxies of the mesh tell who calls, and from where. */
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
      ? { http: [{ rewrite: { authority: httpHost }, headers: { request: { remove: CALLER } }, route, ...retriesOf(requests) }] }
    // a server that terminates TLS reads only `tcp` routes, one that passes it through only `tls` routes
      : accepts === 'passthrough'
        ? { tls: [{ match: [{ port, sniHosts: [host] }], route }] }
        : { tcp: [{ match: [{ port }], route }] }),
  };
}
