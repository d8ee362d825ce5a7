import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { refusals } from './authorization-policy';
import { aliasRule, clientRule, othersRule, outerRule } from './destination-rule';
import { sniEnvoyFilter } from './envoy-filter';
import { gateway } from './gateway';
import { aliasEntry, clientEntry, leftAloneEntry, outerEntry, placeEntry } from './service-entry';
import { sidecar } from './sidecar';
import { telemetry } from './telemetry';
import { unsupported } from './unsupported';
import { clientService, doorService } from './virtual-service';
import { isWildcard } from '../../intent/egress';
import { auditName, clientName, exceptionName, leftAloneName, othersName, secretReaderName, securedName, shareName, sidecarName } from '../../plan/names';
import { dialled, remainder } from '../../plan/plan-of';
import { Backend } from '../backend';
import { secretReader, secretReaderBinding } from '../kubernetes/identity';
import { NamedMeta } from '../object';

/**
 * Istio's own API: a leg is a ServiceEntry and a DestinationRule, a door a Gateway and a VirtualService. Whatever way a host takes, its
 * clients have the same objects of it, so that nothing older goes on leading them elsewhere.
 *
 * Where sidecars originate TLS, the host's own entry leads nowhere, and a VirtualService leads on to another name by a subset that only
 * the rule with the TLS declares: whichever of the four objects is missing, nothing leaves in clear. Where a share goes through a gateway,
 * the host's own objects are those of a direct egress, and the VirtualService leads to both: what is missing is refused, or goes straight.
 */
export const istio: Backend = {
  unsupported,

  client(scope, meta, { host, addressed, exceptAddresses, led, others, secretReader: account }, ways) {
    const named = { ...meta, name: clientName(host), leads: true };
    const itself = () => ways().map(remainder);
    return [
      clientEntry(scope, `ServiceEntry-${host}`, named, itself, addressed),
      ...(exceptAddresses ? [leftAloneEntry(scope, `LeftAloneServiceEntry-${host}`, { ...meta, name: leftAloneName(host) }, ways)] : []),
      clientRule(scope, `DestinationRule-${host}`, named, itself),
      ...(led && !isWildcard(host) ? [clientService(scope, `VirtualService-${host}`, named, ways)] : []),
      ...(others ? [othersRule(scope, `OtherDestinationRule-${host}`, { ...named, name: () => othersName(host, ways()[0].port) }, () => ways()[0])] : []),
      ...(account === undefined ? [] : readers(scope, { ...meta, name: secretReaderName(host) }, host, account)),
    ];
  },

  origination(scope, meta, { host, port, others }, way) {
    const named = { ...meta, name: securedName(host, port) };
    const id = (kind: string) => `${kind}-${host}-${port}`;
    return [
      aliasRule(scope, id('SecuredDestinationRule'), named, way),
      ...(others ? [othersRule(scope, id('OtherDestinationRule'), { ...meta, name: othersName(host, port) }, way)] : []),
      aliasEntry(scope, id('SecuredServiceEntry'), named, way),
    ];
  },

  share(scope, meta, { host, port }, way) {
    const named = { ...meta, name: shareName(host, port) };
    return [
      aliasRule(scope, `ShareDestinationRule-${host}-${port}`, named, way),
      aliasEntry(scope, `ShareServiceEntry-${host}-${port}`, named, way),
    ];
  },

  division: (scope, meta, host, ways) => clientService(scope, `ShareVirtualService-${host}`, { ...meta, name: clientName(host), leads: true }, ways),

  crossing(scope, meta, { host, port, secured, sniProxy }, way, plan) {
    const named = { ...meta, name: () => way().legs[0].door!.name };
    const id = (kind: string) => `${kind}-${host}-${port}`;
    return [
      gateway(scope, id('Gateway'), named, way, () => plan().selector),
      doorService(scope, id('VirtualService'), named, way),
      outerEntry(scope, id('ServiceEntry'), named, way),
      ...(secured ? [outerRule(scope, id('DestinationRule'), named, way)] : []),
      ...(sniProxy ? [sniEnvoyFilter(scope, id('EnvoyFilter'), named, way, plan)] : []),
    ];
  },

  gateway: refusals,

  view(scope, meta, { namespace, clusterDomain, exceptions }, view) {
    return [
      sidecar(scope, `Sidecar-${namespace}`, { ...meta, namespace, name: sidecarName(namespace) }, clusterDomain, view),
      ...exceptions.flatMap(dialled).map(place => placeEntry(scope, `ServiceEntry-${namespace}-${exceptionName(place)}`, { ...meta, namespace, name: exceptionName(place) }, place)),
    ];
  },

  audit: (scope, meta, { namespace, service, selector }, providers) =>
    telemetry(scope, `Telemetry-${namespace}.${service}`, { ...meta, namespace, name: auditName(service) }, selector, providers),
};

/** What lets a service account get the Secret by which its sidecars originate. */
function readers(scope: Construct, meta: NamedMeta, host: string, account: string): ApiObject[] {
  return [secretReader(scope, `Role-${host}`, meta), secretReaderBinding(scope, `RoleBinding-${host}`, meta, account)];
}
