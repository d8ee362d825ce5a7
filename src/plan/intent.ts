/**
 * What may leave, and who may use it: every value checked, every default applied.
 */
export interface EgressIntent {
  /** Path of the construct that owns the ServiceEntry; identifies the egress in its app. */
  readonly path: string;

  /** Namespace of the ServiceEntry. */
  readonly namespace: string;

  /** Client namespaces, sorted; `*` alone for all. */
  readonly clients: string[];

  /** Istio's protocol of the ports: `TCP`, `TLS`, `MONGO`, `MYSQL` or `REDIS`. */
  readonly protocol: string;

  /** DNS names of the outside host or hosts, sorted. */
  readonly hosts: string[];

  /** Addresses and CIDRs of the hosts, canonical and sorted; empty: by DNS. */
  readonly addresses: string[];

  /** Ports, sorted. */
  readonly ports: number[];

  /**
   * Istio's resolution where no route leads wildcard hosts: `NONE` or `DYNAMIC_DNS`.
   *
   * @default - by the addresses, or by DNS
   */
  readonly wildcardResolution?: string;
}

/** A gateway that routes lead through: every value checked, every default applied. */
export interface GatewayIntent {
  /** Namespace of the gateway's Service and pods. */
  readonly namespace: string;

  /** Name of the gateway's Service. */
  readonly service: string;

  /** DNS name of the gateway's Service. */
  readonly host: string;

  /** Labels that select the gateway's pods. */
  readonly labels: { [key: string]: string };

  /** SPIFFE URI in the certificate of the gateway's pods. */
  readonly identity: string;

  /** Port of the Service that mutual TLS and passthrough hops enter by. */
  readonly port: number;
}
