import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  DestinationRule, DestinationRuleSpec, DestinationRuleSpecTrafficPolicy, DestinationRuleSpecTrafficPolicyProxyProtocolVersion,
  DestinationRuleSpecTrafficPolicyTls, DestinationRuleSpecTrafficPolicyTlsMode, toJson_DestinationRuleSpec,
} from '../../../imports/networking.istio.io';
import { ConnectionsIntent } from '../../intent/connections';
import { Securing, Security } from '../../plan/path';
import { emit, ObjectMeta } from '../object';

/** The DestinationRule of a leg: how the way to one host is secured. */
export function destinationRule(scope: Construct, id: string, meta: ObjectMeta, securing: () => Securing): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => toJson_DestinationRuleSpec(specOf(securing())));
}

function specOf({ host, exportTo, ports, tunnel, connections, tellsCaller, workloadSelector }: Securing): DestinationRuleSpec {
  const [first, ...more] = ports;
  const limits = limitsOf(connections);
  return {
    host,
    exportTo: [...exportTo],
    workloadSelector: workloadSelector && { matchLabels: { ...workloadSelector } },
    trafficPolicy: more.length === 0 || ports.every(({ security }) => security.by === 'nothing')
      ? {
        tls: tlsOf(first.security),
        tunnel: tunnel && { protocol: 'CONNECT', targetHost: tunnel.host, targetPort: tunnel.port },
        ...(tellsCaller ? { proxyProtocol: { version: DestinationRuleSpecTrafficPolicyProxyProtocolVersion.V2 } } : {}),
        ...limits,
      }
      // the shapes for a port are those for all ports in Istio's API, generated under other names
      : { portLevelSettings: ports.map(({ number, security }) => ({ port: { number }, tls: tlsOf(security), ...limits })) as any },
  };
}

function limitsOf(connections: ConnectionsIntent = {}): Pick<DestinationRuleSpecTrafficPolicy, 'connectionPool' | 'outlierDetection'> {
  const { maxConnections, connectTimeout, maxRequests, consecutive5xxErrors, interval, baseEjectionTime, maxEjectionPercent } = connections;
  const tcp = maxConnections === undefined && connectTimeout === undefined ? {} : { tcp: { maxConnections, connectTimeout } };
  const http = maxRequests === undefined ? {} : { http: { http2MaxRequests: maxRequests } };
  const connectionPool = { ...tcp, ...http };
  return {
    ...(Object.keys(connectionPool).length === 0 ? {} : { connectionPool }),
    ...(consecutive5xxErrors === undefined ? {}
      : { outlierDetection: { consecutive5XxErrors: consecutive5xxErrors, interval, baseEjectionTime, maxEjectionPercent } }),
  };
}

function tlsOf(security: Security): DestinationRuleSpecTrafficPolicyTls {
  switch (security.by) {
    case 'nothing':
      return { mode: DestinationRuleSpecTrafficPolicyTlsMode.DISABLE };
    case 'mesh-mutual-tls':
      return {
        mode: DestinationRuleSpecTrafficPolicyTlsMode.ISTIO_UNDERSCORE_MUTUAL,
        sni: security.sni,
        subjectAltNames: [security.serverIdentity],
      };
    case 'tls':
      return {
        mode: security.mode as DestinationRuleSpecTrafficPolicyTlsMode,
        ...security.certificates,
        sni: security.sni,
        ...(security.subjectAltNames ? { subjectAltNames: [...security.subjectAltNames] } : { insecureSkipVerify: true }),
      };
  }
}
