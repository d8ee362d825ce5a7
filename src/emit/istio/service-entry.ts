import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  ServiceEntry, ServiceEntrySpec, ServiceEntrySpecEndpoints, ServiceEntrySpecLocation, ServiceEntrySpecResolution, toJson_ServiceEntrySpec,
} from '../../../imports/networking.istio.io';
import { ENTRY_LABELS } from '../../plan/names';
import { Leg } from '../../plan/path';
import { emit, ObjectMeta } from '../object';

/** The ServiceEntry of a leg: where its hosts are reached. */
export function serviceEntry(scope: Construct, id: string, meta: ObjectMeta, leg: () => Leg, autoAllocate = false): ApiObject {
  const labels = autoAllocate ? meta.labels : { ...meta.labels, ...ENTRY_LABELS };
  return emit(scope, id, ServiceEntry.GVK, { ...meta, labels }, () => toJson_ServiceEntrySpec(specOf(leg())));
}

function specOf({ hosts, addresses, ports, reach, exportTo }: Leg): ServiceEntrySpec {
  return {
    hosts: [...hosts],
    addresses: addresses.length > 0 ? [...addresses] : undefined,
    ports: ports.map(port => ({ ...port })),
    location: ServiceEntrySpecLocation.MESH_UNDERSCORE_EXTERNAL,
    exportTo: [...exportTo],
    ...whereTo(reach, ports),
  };
}

function whereTo(reach: Leg['reach'], ports: Leg['ports']): { resolution: ServiceEntrySpecResolution; endpoints?: ServiceEntrySpecEndpoints[] } {
  const onPort = (port: number) => ({ ports: Object.fromEntries(ports.map(({ name }) => [name, port])) });
  switch (reach.by) {
    case 'dialled':
      return { resolution: ServiceEntrySpecResolution.NONE };
    case 'dns':
      return { resolution: ServiceEntrySpecResolution.DNS };
    case 'dynamic-dns':
      return { resolution: ServiceEntrySpecResolution.DYNAMIC_UNDERSCORE_DNS };
    case 'socket':
      return { resolution: ServiceEntrySpecResolution.STATIC, endpoints: [{ address: `unix://${reach.path}` }] };
    case 'name':
      return { resolution: ServiceEntrySpecResolution.DNS, endpoints: [{ address: reach.name, ...onPort(reach.port) }] };
    case 'addresses': {
      const { port } = reach;
      return {
        resolution: ServiceEntrySpecResolution.STATIC,
        endpoints: reach.addresses.map(address => ({ address, ...(port === undefined ? {} : onPort(port)) })),
      };
    }
  }
}
