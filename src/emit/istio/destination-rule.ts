import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { aliasOf, exportTo, goesByAlias, SECURED, subsetOf } from './words';
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
    if (goesByAlias(leg)) return toJson_DestinationRuleSpec(ruleOf(host, visible, { tls: tlsOf(NO_DOOR) }));
    return toJson_DestinationRuleSpec(ruleOf(host, visible, policyTo(all), leg.onlyPods?.labels));
  });
}

/** The DestinationRule of the other name by which sidecars know a port of a host; the subset that is led to is declared here alone. */
export function aliasRule(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => {
    const one = way();
    const { namespace, clients, legs: [leg] } = one;
    return toJson_DestinationRuleSpec(shut(ruleOf(aliasOf(one), exportTo(clients, namespace), policyOf(leg), leg.onlyPods?.labels)));
  });
}

/**
 * The same for pods that an origination leaves out. Of two rules of one host with the same `exportTo` Istio drops the one without a
 * selector; other namespaces do not look at this one.
 */
export function othersRule(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => {
    const one = way();
    const { host, legs: [leg] } = one;
    const policy = policyOf({ ...leg, security: leg.onlyPods!.others });
    return toJson_DestinationRuleSpec(goesByAlias(leg) ? shut(ruleOf(aliasOf(one), ['*'], policy)) : ruleOf(host, ['*'], policy));
  });
}

/** The DestinationRule of the way on from a gateway. */
export function outerRule(scope: Construct, id: string, meta: ObjectMeta, way: () => Way): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => {
    const { legs: [, leg] } = way();
    const rule = ruleOf(leg.name, ['.'], policyOf(leg));
    return toJson_DestinationRuleSpec(subsetOf(leg) === undefined ? rule : shut(rule));
  });
}

function ruleOf(host: string, visible: string[], trafficPolicy: DestinationRuleSpecTrafficPolicy, selector?: Labels): DestinationRuleSpec {
  return { host, exportTo: visible, workloadSelector: selector && { matchLabels: { ...selector } }, trafficPolicy };
}

/** Declares the subset that is led to; it has all that is said of its host but the tunnel. */
function shut(rule: DestinationRuleSpec): DestinationRuleSpec {
  const tunnel = rule.trafficPolicy?.tunnel;
  return { ...rule, subsets: [{ name: SECURED, ...(tunnel ? { trafficPolicy: { tunnel } } : {}) }] };
}

/** Whatever gets to a gateway so is inside TLS, and let in nowhere. */
const NO_DOOR = { by: 'mesh', sni: APPS_DOMAIN, identity: NOBODY } as const;

/** The same for all ports; but over mutual TLS each has a door of its own, and one that is not known here yet must not lead to another's. */
function policyTo(ways: readonly Way[]): DestinationRuleSpecTrafficPolicy {
  const [{ legs: [leg] }] = ways;
  if (leg.security.by !== 'mesh' || !leg.door) return policyOf(leg);
  return {
    tls: tlsOf({ ...NO_DOOR, identity: leg.security.identity }),
    // the shapes for a port are those for all ports in Istio's API, generated under other names
    portLevelSettings: ways.map(({ port: number, legs: [{ security, connections }] }) =>
      ({ port: { number }, tls: tlsOf(security), ...limitsOf(connections) })) as any,
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
