import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Gateway, GatewaySpec, GatewaySpecServers, GatewaySpecServersTlsMode, toJson_GatewaySpec } from '../../../imports/networking.istio.io';
import { Door, Labels, Way } from '../../plan/plan';
import { emit, ObjectMeta } from '../object';

/** The Gateway of a way's door: what opens it. No other namespace can lead from it. */
export function gateway(scope: Construct, id: string, meta: ObjectMeta, way: () => Way, selector: () => Labels): ApiObject {
  return emit(scope, id, Gateway.GVK, meta, () => toJson_GatewaySpec(specOf(way(), selector())));
}

function specOf(way: Way, selector: Labels): GatewaySpec {
  const { name, port, opensTo, reads, admits } = way.legs[0].door!;
  return {
    selector: { ...selector },
    servers: [{
      port: { number: port, name, protocol: reads === 'http' ? 'HTTPS' : opensTo.by === 'port' ? 'TCP' : 'TLS' },
      hosts: [`./${doorHost(way)}`],
      ...tlsOf(opensTo, admits.handshake),
    }],
  };
}

/** The host that leads from a door; where the port alone opens it, it only ties what stands there together. */
export function doorHost({ legs: [{ door }, outer] }: Way): string {
  return door!.opensTo.by === 'port' ? outer.name : door!.opensTo.name;
}

function tlsOf({ by }: Door['opensTo'], callers: readonly string[] | undefined): Pick<GatewaySpecServers, 'tls'> {
  switch (by) {
    case 'own-name':
      return { tls: { mode: GatewaySpecServersTlsMode.ISTIO_UNDERSCORE_MUTUAL, ...(callers ? { subjectAltNames: [...callers] } : {}) } };
    case 'sni':
      return { tls: { mode: GatewaySpecServersTlsMode.PASSTHROUGH } };
    case 'port':
      return {};
  }
}
