/** Options of `LockdownException.pods`. */
export interface ExceptionalPods {
  /** Namespace of the pods. */
  readonly namespace: string;

  /**
   * Labels of the pods.
   *
   * @default - all pods of the namespace
   */
  readonly labels?: { [key: string]: string };

  /**
   * TCP ports at which the pods themselves listen, from 1 to 65535: NetworkPolicies see the pods', and not the Service's.
   *
   * @default - every port of TCP and UDP, unless `udpPorts` are given
   */
  readonly ports?: number[];

  /**
   * The same of UDP.
   *
   * @default - none where `ports` are given
   */
  readonly udpPorts?: number[];

  /** Why, for the report. */
  readonly reason: string;
}

/** Options of `LockdownException.addresses`. */
export interface ExceptionalAddresses {
  /** Addresses and CIDRs. */
  readonly addresses: string[];

  /** TCP ports, from 1 to 65535. */
  readonly ports: number[];

  /** Why, for the report. */
  readonly reason: string;
}

/** Options of `LockdownException.apiServer`. */
export interface ApiServerPlace {
  /** Addresses and CIDRs of the API server itself: those in the EndpointSlice of the Service `kubernetes`. */
  readonly addresses: string[];

  /** Port of the API server itself, from 1 to 65535: that of the same EndpointSlice, often 443 or 6443. */
  readonly port: number;

  /**
   * Why, for the report.
   *
   * @default - that pods ask the Kubernetes API
   */
  readonly reason?: string;
}

/**
 * Something that every pod of a locked namespace may reach although no egress says so, and why. What lies outside and has a name is an
 * egress instead.
 *
 * Sidecars know it, too: of pods the Services of their namespace, of addresses an entry of their own, by which connections go on to
 * the address that the application dialled.
 *
 * @example
 * new EgressLockdown(chart, 'lockdown', {
 *   namespaces: ['bookinfo'],
 *   exceptions: [
 *     LockdownException.pods({ namespace: 'observability', labels: { app: 'otel-collector' }, ports: [4317], reason: 'sidecars push traces' }),
 *     LockdownException.eksPodIdentity(),
 *   ],
 * });
 */
export class LockdownException {
  /** Pods of a namespace, such as a collector to which sidecars push traces and logs. */
  public static pods(options: ExceptionalPods): LockdownException {
    return new LockdownException(options.reason, [], options);
  }

  /** Addresses that applications dial. */
  public static addresses(options: ExceptionalAddresses): LockdownException {
    return new LockdownException(options.reason, [options]);
  }

  /**
   * The API server, which pods reach by the Service `kubernetes` of namespace `default`. Cilium takes nodes for no addresses, and so an API
   * server on them neither, unless its option `policy-cidr-match-mode` says `nodes`.
   *
   * @see https://docs.cilium.io/en/stable/security/policy/language/#selecting-nodes-with-cidr-ipblock
   */
  public static apiServer(options: ApiServerPlace): LockdownException {
    return new LockdownException(options.reason ?? 'pods ask the Kubernetes API', [{ addresses: options.addresses, ports: [options.port] }],
      undefined, { namespace: 'default', name: 'kubernetes' });
  }

  /**
   * The agent of EKS Pod Identity on every node, 169.254.170.23 and fd00:ec2::23 at port 80.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
   */
  public static eksPodIdentity(): LockdownException {
    return new LockdownException('pods get credentials of AWS from the agent of EKS Pod Identity', [{ addresses: ['169.254.170.23', 'fd00:ec2::23'], ports: [80] }]);
  }

  /**
   * The metadata server of GKE with Workload Identity Federation: 169.254.169.254 at ports 80 and 8080, where Dataplane V2 leads it, and
   * 169.254.169.252 at 987 and 988, where the older dataplane does.
   *
   * @see https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
   */
  public static gkeMetadataServer(): LockdownException {
    return new LockdownException('pods get credentials of Google Cloud from the metadata server', [
      { addresses: ['169.254.169.254'], ports: [80, 8080] }, { addresses: ['169.254.169.252'], ports: [987, 988] },
    ]);
  }

  /**
   * The metadata service of a virtual machine of AWS, Azure or Google Cloud, 169.254.169.254 and, of AWS, fd00:ec2::254 at port 80. It gives
   * every pod that asks the credentials of the node itself.
   */
  public static instanceMetadata(): LockdownException {
    return new LockdownException('pods ask the metadata service of the node, which may give them the node\'s own credentials',
      [{ addresses: ['169.254.169.254', 'fd00:ec2::254'], ports: [80] }]);
  }

  private constructor(
    /** @internal */ public readonly _reason: string,
    /** @internal */ public readonly _addresses: { readonly addresses: string[]; readonly ports: number[]; readonly reason?: string }[],
    /** @internal */ public readonly _pods?: ExceptionalPods,
    /** @internal */ public readonly _service?: { readonly namespace: string; readonly name: string },
  ) {}
}
