import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { addressPeer, NETWORK_POLICY, podPeer, tcpPort } from './network-peer';
import { isIpv6 } from '../../intent/private-ranges';
import { SniProxyIntent } from '../../intent/sni-proxy';
import { emit, ObjectMeta } from '../object';

/** Who may reach a gateway's pods, and where they may go. */
export interface Surroundings {
  readonly selector: { readonly [key: string]: string };

  /** Ports at which any pod of the cluster may come in; none: another policy says who may. */
  readonly ports: readonly number[] | undefined;
  readonly istioNamespace: string;
  readonly sniProxy: SniProxyIntent;

  /** Addresses and ports that routes lead to. */
  readonly destinations: readonly { readonly address: string; readonly port: number }[];
}

/** Istio's ports for merged metrics, health and the proxy's own metrics. */
const OBSERVED = [15020, 15021, 15090];
const XDS = 15012;
const DNS = 53;

/** The NetworkPolicy of a gateway whose destinations strangers can choose: DNS, istiod, and the world without private addresses. */
export function networkPolicy(scope: Construct, id: string, meta: ObjectMeta, surroundings: () => Surroundings): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => specOf(surroundings()));
}

function specOf({ selector, ports, istioNamespace, sniProxy, destinations }: Surroundings) {
  return {
    podSelector: { matchLabels: { ...selector } },
    policyTypes: ports ? ['Egress', 'Ingress'] : ['Egress'],
    ingress: ports && [{ from: [{ namespaceSelector: {} }], ports: [...ports, ...OBSERVED].map(tcpPort) }],
    egress: [
      { to: [...(sniProxy.resolver === undefined ? [] : [addressPeer(sniProxy.resolver)]), podPeer('kube-system', { 'k8s-app': 'kube-dns' })], ports: [{ protocol: 'UDP', port: DNS }, tcpPort(DNS)] },
      { to: [podPeer(istioNamespace, { app: 'istiod' })], ports: [tcpPort(XDS)] },
      {
        to: [
          { ipBlock: { cidr: '0.0.0.0/0', except: sniProxy.deniedRanges.filter(range => !isIpv6(range)) } },
          { ipBlock: { cidr: '::/0', except: sniProxy.deniedRanges.filter(isIpv6) } },
          ...sniProxy.allowedRanges.map(addressPeer),
        ],
        ports: [{ protocol: 'TCP' }],
      },
      ...destinations.map(({ address, port }) => ({ to: [addressPeer(address)], ports: [tcpPort(port)] })),
    ],
  };
}
