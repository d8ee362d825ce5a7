import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Gateway, GatewaySpec, GatewaySpecServers, GatewaySpecServersTlsMode, toJson_GatewaySpec } from '../../../imports/networking.istio.io';
import { Door } from '../../plan/path';
import { emit, ObjectMeta } from '../object';

/** The Gateway of a door: what opens it. */
export function gateway(scope: Construct, id: string, meta: ObjectMeta, door: () => Door): ApiObject {
  return emit(scope, id, Gateway.GVK, meta, () => toJson_GatewaySpec(specOf(meta.name, door())));
}

function specOf(name: string, { labels, port, host, accepts, callers, httpHost }: Door): GatewaySpec {
  return {
    selector: { ...labels },
    servers: [{
      port: { number: port, name, protocol: httpHost !== undefined ? 'HTTPS' : accepts === 'plaintext' ? 'TCP' : 'TLS' },
      hosts: [host],
      ...tlsOf(accepts, callers),
    }],
  };
}

function tlsOf(accepts: Door['accepts'], callers: Door['callers']): Pick<GatewaySpecServers, 'tls'> {
  switch (accepts) {
    case 'mutual-tls':
      return { tls: { mode: GatewaySpecServersTlsMode.ISTIO_UNDERSCORE_MUTUAL, ...(callers ? { subjectAltNames: [...callers] } : {}) } };
    case 'passthrough':
      return { tls: { mode: GatewaySpecServersTlsMode.PASSTHROUGH } };
    case 'plaintext':
      return {};
  }
}
