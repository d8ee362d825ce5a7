import { ClusterDns } from './cluster-dns';
import { Istiod } from './istiod';
import { CLUSTER_DNS_PODS, ISTIOD_PODS } from './known-props';
import { PlaceIntent, sortedPlaces } from '../intent/place';
import { Values } from '../intent/values';

/** Where the DNS of the cluster answers; none given: what is said of the app. */
export function dnsPlaces(values: Values, dns: ClusterDns[] | undefined, ofApp: readonly PlaceIntent[]): readonly PlaceIntent[] {
  return dns === undefined ? ofApp : sortedPlaces(values.list('dns', dns, (item, one): PlaceIntent => {
    const { _pods: pods, _addresses } = values.kindOf(item, one, 'a ClusterDns, such as ClusterDns.kubeDns()', given => given instanceof ClusterDns);
    if (!pods) return { at: { addresses: networks(values, item, _addresses!) }, tcpPorts: [53], udpPorts: [53] };
    const { namespace, labels, port = 53 } = values.known('ClusterDns.pods', pods, CLUSTER_DNS_PODS);
    const ports = [values.port(`the port of ${item}`, port)];
    return {
      at: { namespace: values.name(`the namespace of ${item}`, namespace), labels: values.selector(`the labels of ${item}`, labels) }, tcpPorts: ports, udpPorts: ports,
    };
  }));
}

/** Where istiod serves proxies; none given: what is said of the app. */
export function istiodPlaces(values: Values, istiod: Istiod[] | undefined, ofApp: readonly PlaceIntent[]): readonly PlaceIntent[] {
  return istiod === undefined ? ofApp : sortedPlaces(values.list('istiod', istiod, (item, one): PlaceIntent => {
    const { _pods: pods, _addresses, _port } = values.kindOf(item, one, 'an Istiod, such as Istiod.pods()', given => given instanceof Istiod);
    if (!pods) return { at: { addresses: networks(values, item, _addresses!) }, tcpPorts: [values.port(`the port of ${item}`, _port!)], udpPorts: [] };
    const { namespace = 'istio-system', labels = { app: 'istiod' }, port = 15012 } = values.known('Istiod.pods', pods, ISTIOD_PODS);
    return {
      at: { namespace: values.name(`the namespace of ${item}`, namespace), labels: values.selector(`the labels of ${item}`, labels) },
      tcpPorts: [values.port(`the port of ${item}`, port)],
      udpPorts: [],
    };
  }));
}

function networks(values: Values, item: string, addresses: string[]): string[] {
  return values.list(`the addresses of ${item}`, addresses, (name, address) => values.network(name, address)).sort();
}
