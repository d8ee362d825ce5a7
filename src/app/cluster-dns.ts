/** Options of `ClusterDns.pods`. */
export interface ClusterDnsPods {
  /** Namespace of the pods. */
  readonly namespace: string;

  /** Labels of the pods. */
  readonly labels: { [key: string]: string };

  /**
   * Port at which the pods themselves listen, over UDP and TCP, from 1 to 65535: NetworkPolicies see the pod's, and not the Service's.
   *
   * @default 53
   */
  readonly port?: number;
}

/**
 * Where the DNS of a cluster answers, for NetworkPolicies: `/etc/resolv.conf` of a pod names an address, and that is a Service with pods
 * behind it, or something of the node.
 *
 * @example
 * EgressApp.configure(app, { name: 'bookinfo', dns: [ClusterDns.kubeDns(), ClusterDns.nodeLocal()] });
 */
export class ClusterDns {
  /** Pods `k8s-app: kube-dns` of `kube-system` at port 53, as kubeadm, EKS, AKS, k3s and GKE without Cloud DNS have them, whether CoreDNS or kube-dns. */
  public static kubeDns(): ClusterDns {
    return ClusterDns.pods({ namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } });
  }

  /**
   * Pods of OpenShift's DNS operator: those of `openshift-dns` at port 5353.
   *
   * @see https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/networking_operators/dns-operator
   */
  public static openShift(): ClusterDns {
    return ClusterDns.pods({ namespace: 'openshift-dns', labels: { 'dns.operator.openshift.io/daemonset-dns': 'default' }, port: 5353 });
  }

  /** Pods of Gardener's shoots: `k8s-app: kube-dns` of `kube-system` at port 8053. */
  public static gardener(): ClusterDns {
    return ClusterDns.pods({ namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, port: 8053 });
  }

  /**
   * NodeLocal DNSCache at its usual address, 169.254.20.10. Where kube-proxy uses iptables it answers at the address of the Service
   * `kube-dns` too, which must then be listed with `ClusterDns.addresses`.
   *
   * @see https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
   */
  public static nodeLocal(): ClusterDns {
    return ClusterDns.addresses(['169.254.20.10']);
  }

  /**
   * Cloud DNS for GKE, which answers at 169.254.169.254. The metadata server has the same address at other ports.
   *
   * @see https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns
   */
  public static gkeCloudDns(): ClusterDns {
    return ClusterDns.addresses(['169.254.169.254']);
  }

  /** Pods, by namespace, labels and port. */
  public static pods(options: ClusterDnsPods): ClusterDns {
    return new ClusterDns(options);
  }

  /** Addresses, at port 53: those that `/etc/resolv.conf` of a pod has, where no pods are behind them. */
  public static addresses(addresses: string[]): ClusterDns {
    return new ClusterDns(undefined, addresses);
  }

  private constructor(
    /** @internal */ public readonly _pods?: ClusterDnsPods,
    /** @internal */ public readonly _addresses?: string[],
  ) {}
}
