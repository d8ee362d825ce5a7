import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { aliasOf, aliasPort, exportTo, goesByAlias, OUTER, placeHost, portOf } from './words';
import {
  ServiceEntry, ServiceEntrySpec, ServiceEntrySpecLocation, ServiceEntrySpecPorts, ServiceEntrySpecResolution,
  toJson_ServiceEntrySpec,
} from '../../../imports/networking.istio.io';
import { ENTRY_LABELS } from '../../intent/reserved-names';
import { DialledPlace, Leg, Way } from '../../plan/plan';
import { emit, NamedMeta, ObjectMeta } from '../object';

/** The ServiceEntry of a host, for its clients. */
export function clientEntry(scope: Construct, id: string, meta: ObjectMeta, ways: () => readonly Way[], addressed: boolean): ApiObject {
  const labels = addressed ? meta.labels : { ...meta.labels, ...ENTRY_LABELS };
  return emit(scope, id, ServiceEntry.GVK, { ...meta, labels }, () => toJson_ServiceEntrySpec(clientSpec(ways())));
}

/** The ServiceEntry of the other name by which sidecars know a port of a host. */
export function aliasEntry(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  const labels = { ...meta.labels, ...ENTRY_LABELS };
  return emit(scope, id, ServiceEntry.GVK, { ...meta, labels }, () => {
    const one = way();
    return toJson_ServiceEntrySpec(entry(aliasOf(one), [{ ...aliasPort(one), leg: one.legs[0] }], exportTo(one.clients, one.namespace), []));
  });
}

/** The ServiceEntry by which a gateway knows a host. */
export function outerEntry(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  const labels = { ...meta.labels, ...ENTRY_LABELS };
  return emit(scope, id, ServiceEntry.GVK, { ...meta, labels }, () => toJson_ServiceEntrySpec(outerSpec(way())));
}

/** The ServiceEntry of addresses that applications dial, for the sidecars of its namespace. */
export function placeEntry(
  scope: Construct, id: string, meta: NamedMeta & { readonly namespace: string }, { addresses, ports }: DialledPlace,
): ApiObject {
  const labels = { ...meta.labels, ...ENTRY_LABELS };
  const host = placeHost(meta.name, meta.namespace);
  return emit(scope, id, ServiceEntry.GVK, { ...meta, labels }, () => toJson_ServiceEntrySpec(whereDialled(host, ports, ['.'], addresses)));
}

/** The ServiceEntry of addresses that a host leaves alone which takes any: connections to them go on to where they are dialled. */
export function leftAloneEntry(scope: Construct, id: string, meta: NamedMeta, ways: () => readonly Way[]): ApiObject {
  const labels = { ...meta.labels, ...ENTRY_LABELS };
  return emit(scope, id, ServiceEntry.GVK, { ...meta, labels }, () => {
    const [{ namespace, clients, taken }] = ways();
    return toJson_ServiceEntrySpec(whereDialled(
      placeHost(meta.name, namespace), ways().map(({ port }) => port), exportTo(clients, namespace), taken.by === 'port' ? taken.except! : []));
  });
}

function whereDialled(host: string, ports: readonly number[], visible: string[], addresses: readonly string[]): ServiceEntrySpec {
  return {
    hosts: [host],
    addresses: [...addresses],
    ports: ports.map(number => ({ number, name: `tcp-${number}`, protocol: 'TCP' })),
    location: ServiceEntrySpecLocation.MESH_UNDERSCORE_EXTERNAL,
    exportTo: visible,
    resolution: ServiceEntrySpecResolution.NONE,
  };
}

function clientSpec(ways: readonly Way[]): ServiceEntrySpec {
  const [{ host, namespace, clients, taken }] = ways;
  const ports = ways.map(way => ({ ...portOf(way), leg: way.legs[0] }));
  const spec = entry(host, ports, exportTo(clients, namespace), taken.by === 'addresses' ? taken.addresses : []);
  if (!goesByAlias(ways[0].legs[0])) return spec;
  const { endpoints, ...nowhere } = spec;
  return { ...nowhere, ports: ports.map(({ leg, ...port }) => port), resolution: ServiceEntrySpecResolution.STATIC };
}

function outerSpec({ spoken, legs: [{ door }, leg] }: Way): ServiceEntrySpec {
  const port = door!.reads === 'http' ? { ...OUTER.http, protocol: spoken.toUpperCase() } : OUTER.bytes;
  return entry(leg.name, [{ ...port, leg }], ['.'], []);
}

interface Port {
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
  readonly leg: Leg;
}

function entry(host: string, ports: readonly Port[], visible: string[], addresses: readonly string[]): ServiceEntrySpec {
  const { resolution, endpoints } = whereTo(host, ports);
  return {
    hosts: [host],
    addresses: addresses.length > 0 ? [...addresses] : undefined,
    ports: ports.map(({ leg: { reach }, ...port }): ServiceEntrySpecPorts =>
      ({ ...port, ...(endpoints || reach.port === port.number ? {} : { targetPort: reach.port }) })),
    location: ServiceEntrySpecLocation.MESH_UNDERSCORE_EXTERNAL,
    exportTo: visible,
    resolution,
    ...(endpoints ? { endpoints } : {}),
  };
}

/** All ports of a host lead to one place. */
function whereTo(host: string, ports: readonly Port[]): Pick<ServiceEntrySpec, 'resolution' | 'endpoints'> {
  const { reach } = ports[0].leg;
  const moved = ports.some(({ number, leg }) => leg.reach.port !== number)
    ? { ports: Object.fromEntries(ports.map(({ name, leg }) => [name, leg.reach.port])) } : {};
  switch (reach.to) {
    case 'dialled':
      return { resolution: ServiceEntrySpecResolution.NONE };
    case 'sent-name':
      return { resolution: ServiceEntrySpecResolution.DYNAMIC_UNDERSCORE_DNS };
    case 'sni-proxy':
      return { resolution: ServiceEntrySpecResolution.STATIC, endpoints: [{ address: `unix://${reach.socket}` }] };
    case 'name':
      return { resolution: ServiceEntrySpecResolution.DNS, endpoints: reach.name === host ? undefined : [{ address: reach.name, ...moved }] };
    case 'addresses':
      return { resolution: ServiceEntrySpecResolution.STATIC, endpoints: reach.addresses.map(address => ({ address, ...moved })) };
  }
}
