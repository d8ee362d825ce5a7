import { ConnectionsIntent } from './connections';
import { ExternalProxyIntent } from './external-proxy';
import { ForwardProxyIntent } from './forward-proxy';
import { OriginationIntent } from './origination';
import { RequestsIntent } from './requests';

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

  /** Istio's protocol of the ports: `TCP`, `TLS`, `MONGO`, `MYSQL`, `REDIS`, `HTTP`, `HTTP2` or `GRPC`. */
  readonly protocol: string;

  /** DNS names of the outside host or hosts, sorted. */
  readonly hosts: string[];

  /** Addresses and CIDRs of the hosts, canonical and sorted; empty: by DNS. */
  readonly addresses: string[];

  /** Ports, sorted. */
  readonly ports: number[];

  /**
   * Those of the ports at which plain HTTP is spoken, whatever the protocol of the others, sorted.
   *
   * @default - none
   */
  readonly httpPorts?: number[];

  /**
   * Istio's resolution where no route leads wildcard hosts: `NONE` or `DYNAMIC_DNS`.
   *
   * @default - by the addresses, or by DNS
   */
  readonly wildcardResolution?: string;

  /**
   * TLS that the sidecar originates.
   *
   * @default - what the application speaks stays as it is
   */
  readonly tlsOrigination?: OriginationIntent;

  /**
   * Forward proxy that the sidecar goes by.
   *
   * @default - straight to the host
   */
  readonly forwardProxy?: ForwardProxyIntent;

  /**
   * Proxy outside that the sidecar goes by over mutual TLS of the mesh.
   *
   * @default - straight to the host
   */
  readonly externalProxy?: ExternalProxyIntent;

  /**
   * Limits of the sidecar's connections.
   *
   * @default - Istio's
   */
  readonly connections?: ConnectionsIntent;

  /**
   * Limits of HTTP requests at the sidecar.
   *
   * @default - Istio's
   */
  readonly requests?: RequestsIntent;
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

  /**
   * What leads to the hosts of wildcards.
   *
   * @default - nothing
   */
  readonly sniProxy?: SniProxyIntent;

  /**
   * Files that its proxies have, sorted by path.
   *
   * @default - the gateway runs already, and has what its owner mounts
   */
  readonly mounts?: MountIntent[];
}

/** A folder of the proxy's container whose files are the keys of a Secret or ConfigMap. */
export interface MountIntent {
  /** `secret` or `configMap`. */
  readonly kind: string;

  /** Name of the Secret or ConfigMap, in the gateway's namespace. */
  readonly name: string;

  /** Absolute path of the folder. */
  readonly mountPath: string;
}

/** An SNI proxy in the pods of a gateway: every value checked, every default applied. */
export interface SniProxyIntent {
  /** `nginx` or `envoy`. */
  readonly program: string;

  /**
   * Address of the DNS server.
   *
   * @default - those of the pod
   */
  readonly resolver?: string;

  /** Addresses of a name that are used: `IPV4`, `IPV6` or `ANY`. */
  readonly addressFamily: string;

  /** Seconds until a server must have accepted a connection. */
  readonly connectTimeoutSeconds: number;

  /** Seconds without a byte after which a connection is closed. */
  readonly idleTimeoutSeconds: number;

  /** CIDRs that names must not lead to, sorted. */
  readonly deniedRanges: string[];

  /** CIDRs that names may lead to nevertheless, sorted. */
  readonly allowedRanges: string[];
}
