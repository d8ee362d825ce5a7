import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { emit, ObjectMeta } from './object';
import {
  DestinationRule, DestinationRuleSpec, DestinationRuleSpecTrafficPolicyTls, DestinationRuleSpecTrafficPolicyTlsMode, toJson_DestinationRuleSpec,
} from '../../../imports/networking.istio.io';
import { Securing, Security } from '../../plan/path';

/** The DestinationRule of a leg: how the way to one host is secured. */
export function destinationRule(scope: Construct, id: string, meta: ObjectMeta, securing: () => Securing): ApiObject {
  return emit(scope, id, DestinationRule.GVK, meta, () => toJson_DestinationRuleSpec(specOf(securing())));
}

function specOf({ host, exportTo, ports }: Securing): DestinationRuleSpec {
  const [first, ...more] = ports;
  return {
    host,
    exportTo: [...exportTo],
    trafficPolicy: more.length === 0 || ports.every(({ security }) => security.by === 'nothing')
      ? { tls: tlsOf(first.security) }
      // the shapes of the two `tls` are one in Istio's API, generated under two names
      : { portLevelSettings: ports.map(({ number, security }) => ({ port: { number }, tls: tlsOf(security) as any })) },
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
  }
}
