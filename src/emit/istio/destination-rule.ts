import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { aliasOf, aliasPort, exportTo, goesByAlias, OUTER, SECURED, subsetOf } from './words';
import {
  DestinationRule, DestinationRuleSpec, DestinationRuleSpecTrafficPolicy, DestinationRuleSpecTrafficPolicyProxyProtocolVersion,
  DestinationRuleSpecTrafficPolicyTls, DestinationRuleSpecTrafficPolicyTlsMode, toJson_DestinationRuleSpec,
} from '../../../imports/networking.istio.io';
import { ConnectionsIntent } from '../../intent/connections';
import { NOBODY } from '../../intent/identity';
import { CertificatesIntent } from '../../intent/origination';
import { APPS_DOMAIN } from '../../intent/reserved-names';
import { Labels, Leg, Security, Way } from '../../plan/plan';
import { duration } from '../duration';
import { emit, ObjectMeta } from '../object';

/** The DestinationRule of a host, for its clients. */
export function clientRule(scope: Construct, id: string, meta: ObjectMeta, ways: () => readonly Way[]): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => {
    const all = ways();
    const [{ host, namespace, clients, legs: [leg] }] = all;
    const visible = exportTo(clients, namespace);
    return toJson_DestinationRuleSpec(goesByAlias(leg)
      ? { host, exportTo: visible, trafficPolicy: { tls: tlsOf(NO_DOOR) } }
      : specOf(host, visible, portsOf(all), leg.onlyPods?.labels));
  });
}

/** The DestinationRule of the other name by which sidecars know a port of a host; the subset that is led to is declared here alone. */
export function aliasRule(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => {
    const one = way();
    const { namespace, clients, legs: [leg] } = one;
    return toJson_DestinationRuleSpec({
      host: aliasOf(one),
      exportTo: exportTo(clients, namespace),
      workloadSelector: selected(leg.onlyPods?.labels),
      trafficPolicy: policyOf(leg),
      subsets: [{ name: SECURED }],
    });
  });
}

/**
 * The same for pods that an origination leaves out. Of two rules of one host with the same `exportTo` Istio drops the one without a
 * selector; other namespaces do not look at this one.
 */
export function othersRule(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => {
    const one = way();
    const { host, port, legs: [leg] } = one;
    const others = { ...leg, security: leg.onlyPods!.others };
    return toJson_DestinationRuleSpec(goesByAlias(leg)
      ? shut(leg, specOf(aliasOf(one), ['*'], [{ number: aliasPort(one).number, leg: others }]))
      : specOf(host, ['*'], [{ number: port, leg: others }]));
  });
}

/** The DestinationRule of the way on from a gateway. */
export function outerRule(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => {
    const { legs: [{ door }, leg] } = way();
    return toJson_DestinationRuleSpec(shut(leg, specOf(leg.name, ['.'], [{ number: OUTER[door!.reads].number, leg }])));
  });
}

/** Declares the subset that is led to; it has all that is said of its host but the tunnel. */
function shut(leg: Leg, spec: DestinationRuleSpec): DestinationRuleSpec {
  const name = subsetOf(leg);
  const tunnel = spec.trafficPolicy?.tunnel;
  return name === undefined ? spec : { ...spec, subsets: [{ name, ...(tunnel ? { trafficPolicy: { tunnel } } : {}) }] };
}

/** Whatever gets to a gateway so is inside TLS, and let in nowhere. */
const NO_DOOR = { by: 'mesh', sni: APPS_DOMAIN, identity: NOBODY } as const;

interface PortLeg {
  readonly number: number;
  readonly leg: Leg;
}

function portsOf(ways: readonly Way[]): PortLeg[] {
  return ways.map(({ port, legs: [leg] }) => ({ number: port, leg }));
}

function specOf(host: string, visible: string[], ports: readonly PortLeg[], selector?: Labels): DestinationRuleSpec {
  const [{ leg }] = ports;
  const { security, connections, door } = leg;
  return {
    host,
    exportTo: visible,
    workloadSelector: selected(selector),
    trafficPolicy: security.by === 'mesh' && door
      // each port has a door of its own: one that is not known here yet must not lead to another's
      ? {
        tls: tlsOf({ ...NO_DOOR, identity: security.identity }),
        // the shapes for a port are those for all ports in Istio's API, generated under other names
        portLevelSettings: ports.map(({ number, leg: one }) => ({ port: { number }, tls: tlsOf(one.security), ...limitsOf(connections) })) as any,
      }
      : policyOf(leg),
  };
}

function policyOf({ security, tunnel, tellsCaller, connections }: Leg): DestinationRuleSpecTrafficPolicy {
  return {
    tls: tlsOf(security),
    tunnel: tunnel && { protocol: 'CONNECT', targetHost: tunnel.host, targetPort: tunnel.port },
    ...(tellsCaller ? { proxyProtocol: { version: DestinationRuleSpecTrafficPolicyProxyProtocolVersion.V2 } } : {}),
    ...limitsOf(connections),
  };
}

function selected(labels: Labels | undefined): DestinationRuleSpec['workloadSelector'] {
  return labels && { matchLabels: { ...labels } };
}

function limitsOf(
  { maxConnections, connectTimeout, maxRequests, ejection }: ConnectionsIntent = {},
): Pick<DestinationRuleSpecTrafficPolicy, 'connectionPool' | 'outlierDetection'> {
  const tcp = maxConnections === undefined && connectTimeout === undefined ? {}
    : { tcp: { maxConnections, connectTimeout: duration(connectTimeout) } };
  const http = maxRequests === undefined ? {} : { http: { http2MaxRequests: maxRequests } };
  const connectionPool = { ...tcp, ...http };
  return {
    ...(Object.keys(connectionPool).length === 0 ? {} : { connectionPool }),
    ...(ejection ? {
      outlierDetection: {
        consecutive5XxErrors: ejection.errors,
        interval: duration(ejection.interval),
        baseEjectionTime: duration(ejection.time),
        maxEjectionPercent: ejection.maxPercent,
      },
    } : {}),
  };
}

function tlsOf(security: Security): DestinationRuleSpecTrafficPolicyTls {
  switch (security.by) {
    case 'nothing':
      return { mode: DestinationRuleSpecTrafficPolicyTlsMode.DISABLE };
    case 'mesh':
      return { mode: DestinationRuleSpecTrafficPolicyTlsMode.ISTIO_UNDERSCORE_MUTUAL, sni: security.sni, subjectAltNames: [security.identity] };
    case 'tls':
      return {
        mode: security.mutual ? DestinationRuleSpecTrafficPolicyTlsMode.MUTUAL : DestinationRuleSpecTrafficPolicyTlsMode.SIMPLE,
        ...certificatesOf(security.certificates),
        sni: security.sni,
        ...(security.names ? { subjectAltNames: [...security.names] } : { insecureSkipVerify: true }),
      };
  }
}

function certificatesOf(certificates: CertificatesIntent): Partial<DestinationRuleSpecTrafficPolicyTls> {
  switch (certificates.from) {
    case 'secret':
      return { credentialName: certificates.name };
    case 'config-map':
      return { credentialName: `configmap://${certificates.namespace}/${certificates.name}` };
    case 'files': {
      const { from, ...files } = certificates;
      return files;
    }
  }
}
