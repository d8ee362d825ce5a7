import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { aliasesOf, placeHost } from './words';
import { Sidecar, SidecarSpecOutboundTrafficPolicyMode, toJson_SidecarSpec } from '../../../imports/networking.istio.io';
import { ExceptionIntent } from '../../intent/lockdown';
import { arePods } from '../../intent/place';
import { exceptionName } from '../../plan/names';
import { View } from '../../plan/plan';
import { dialled } from '../../plan/plan-of';
import { emit, ObjectMeta } from '../object';

/** The Sidecar of a namespace: what its sidecars know, and that they send nothing anywhere else. */
export function sidecar(scope: Construct, id: string, meta: ObjectMeta, clusterDomain: string, view: () => View): ApiObject {
  return emit(scope, id, Sidecar.GVK, meta, () => {
    const hosts = known(view(), clusterDomain);
    return toJson_SidecarSpec({
      egress: [{ hosts: hosts.length > 0 ? hosts : ['~/*'] }],
      outboundTrafficPolicy: { mode: SidecarSpecOutboundTrafficPolicyMode.REGISTRY_UNDERSCORE_ONLY },
    });
  });
}

function known({ namespace, hosts, others, inside, exceptions }: View, clusterDomain: string): string[] {
  const at = (of: string) => of === namespace ? '.' : of;
  const podsOf = ({ places }: ExceptionIntent) => places.flatMap(place => arePods(place.at) ? [place.at.namespace] : []);
  return [...new Set([
    ...hosts.map(host => `${at(host.namespace)}/${host.host}`),
    ...others.map(other => `${at(other.namespace)}/${other.host}`),
    ...hosts.filter(({ aliased }) => aliased).map(host => `${at(host.namespace)}/${aliasesOf(host.namespace)}`),
    ...(inside === 'all' ? [`*/*.svc.${clusterDomain}`] : [...inside, ...exceptions.flatMap(podsOf)].map(name => `${at(name)}/*.${name}.svc.${clusterDomain}`)),
    ...exceptions.flatMap(({ service }) => service ? [`${at(service.namespace)}/${service.name}.${service.namespace}.svc.${clusterDomain}`] : []),
    ...exceptions.flatMap(dialled).map(place => `./${placeHost(exceptionName(place), namespace)}`),
  ])].sort();
}
