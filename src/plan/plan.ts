import { ConnectionsIntent } from '../intent/connections';
import { ExceptionIntent, InboundIntent, OtherHost } from '../intent/lockdown';
import { CertificatesIntent } from '../intent/origination';
import { PlaceIntent } from '../intent/place';
import { RequestsIntent } from '../intent/requests';
import { SniProxyIntent } from '../intent/sni-proxy';

/**
 * The plan of an app: what may leave, which way and who may, as data. It is made once, by `planOf`, and everything after it
 * reads it and nothing else. It speaks of connections, in nobody's words: neither cdk8s' nor Istio's nor Kubernetes'.
 */
export interface Plan {
  /** Name of the app, which no other has; there is one where something leads through a gateway. */
  readonly app?: string;

  /** By egress, host and port. */
  readonly ways: readonly Way[];

  /** By name. */
  readonly gateways: readonly GatewayPlan[];

  /** By namespace. */
  readonly fences: readonly Fence[];

  /** What sidecars of other namespaces know, by namespace; none: nobody says. */
  readonly views?: readonly View[];
}

/** One host and port that may be reached, and every stretch of the way. */
export interface Way {
  /** Paths of the constructs. */
  readonly egress: string;
  readonly route?: string;

  /** Whose it is, and who may take it. */
  readonly namespace: string;
  readonly clients: Clients;

  readonly host: string;
  readonly port: number;
  readonly spoken: Spoken;
  readonly taken: Taken;

  /** From the client's sidecar on; the last one ends outside. */
  readonly legs: readonly [Leg, ...Leg[]];

  /** Percent of new connections, or of requests, that take it, from 0 to 99; none: all. */
  readonly share?: number;

  /** Leg by which the others go straight; there is one only beside a share. */
  readonly rest?: Leg;
}

/** Namespaces, sorted. */
export type Clients = 'all' | readonly string[];

/** What the application speaks. */
export type Spoken = 'tcp' | 'mongo' | 'mysql' | 'redis' | 'tls' | 'http' | 'http2' | 'grpc';

/** What a sidecar knows a connection by: the name that it sends, the address that it dials, or its port alone, but for addresses inside the cluster. */
export type Taken =
  | { readonly by: 'name' }
  | { readonly by: 'addresses'; readonly addresses: readonly string[] }
  | { readonly by: 'port'; readonly except?: readonly string[] };

/** One stretch: from a proxy to the next place. */
export interface Leg {
  readonly from: 'sidecar' | 'gateway';

  /** Name under which the proxy knows the next place: the host at a sidecar, the way's own at a gateway. */
  readonly name: string;
  readonly reach: Reach;
  readonly security: Security;

  /** Where a forward proxy at the end is asked to lead on. */
  readonly tunnel?: { readonly proxy: string; readonly host: string; readonly port: number };
  readonly connections?: ConnectionsIntent;
  readonly requests?: RequestsIntent;

  /** Host header that requests have on this leg; none: as they came. */
  readonly authority?: string;

  /** Whether the end is told who called, by the PROXY protocol. */
  readonly tellsCaller?: boolean;

  /** The only pods whose sidecars do it so, and how those of the others secure it. */
  readonly onlyPods?: { readonly labels: Labels; readonly others: Security };

  /** What stands at the end; none: it ends outside. */
  readonly door?: Door;

  /** Callers that whoever is at the end outside lets in, as SPIFFE URIs; none: it does not ask. */
  readonly admittedOutside?: readonly string[];
}

/**
 * The next place, with the port that is dialled there: where the application dialled; a DNS name; whatever name is sent, as it
 * resolves; fixed addresses; or an SNI proxy in the same pod, behind a Unix socket.
 */
export type Reach =
  | { readonly to: 'dialled'; readonly port: number }
  | { readonly to: 'name'; readonly name: string; readonly port: number }
  | { readonly to: 'sent-name'; readonly port: number }
  | { readonly to: 'addresses'; readonly addresses: readonly string[]; readonly port: number }
  | { readonly to: 'sni-proxy'; readonly socket: string; readonly port: number };

export type Security =
  /** What came in goes on as it is. */
  | { readonly by: 'nothing' }
  /** Mutual TLS of the mesh. */
  | { readonly by: 'mesh'; readonly sni: string; readonly identity: string }
  /** TLS that the proxy originates. */
  | {
    readonly by: 'tls';
    readonly sni: string;

    /** Names of which the server must prove one; none: it is not checked at all. */
    readonly names?: readonly string[];

    /** Whether the proxy presents a certificate of its own. */
    readonly mutual: boolean;
    readonly certificates: CertificatesIntent;
  };

/** Lets a leg into a gateway. */
export interface Door {
  /** Name of the gateway. */
  readonly gateway: string;

  /** What stands at the gateway for this way is called so; no two doors of a gateway are. */
  readonly name: string;

  /** Port of the gateway. */
  readonly port: number;
  readonly opensTo: OpensTo;

  /** Whether the gateway hands bytes on, or reads requests. */
  readonly reads: 'bytes' | 'http';
  readonly admits: Admits;
}

/** What opens a door: the way's own name inside mutual TLS of the mesh, the name that the application's TLS sends, or nothing but the port. */
export type OpensTo =
  | { readonly by: 'own-name'; readonly name: string }
  | { readonly by: 'sni'; readonly name: string }
  | { readonly by: 'port' };

/** Everything about who and what a door lets in. */
export interface Admits {
  /** Name of the set of those who may call, which the own name begins with; none: the gateway cannot know who calls, and whoever reaches it may. */
  readonly set?: string;

  /** The only callers that are let in for anything, as SPIFFE URIs; none: all of the clients. */
  readonly callers?: readonly string[];

  /** The only callers whose handshake succeeds, as SPIFFE URIs; none: all. */
  readonly handshake?: readonly string[];

  /** The only requests that go on; none: all. */
  readonly requests?: readonly RequestRule[];
}

/** Requests that go on if they meet every field. */
export interface RequestRule {
  /** SPIFFE URIs; `*` at the end stands for all of a namespace; none: whoever is let in. */
  readonly callers?: readonly string[];
  readonly methods?: readonly string[];

  /** Paths without the query: whole, begun (`/v1/*`), or with `{*}` for one segment and `{**}` for any number; none: all. */
  readonly paths?: readonly string[];
}

/** A gateway, and the doors that stand at it. */
export interface GatewayPlan {
  /** `namespace/service`. */
  readonly name: string;
  readonly namespace: string;
  readonly service: string;

  /** Labels that its pods have. */
  readonly selector: Labels;

  /** By name. */
  readonly doors: readonly Door[];

  /** Namespaces from which something leads through it. */
  readonly clients: Clients;

  /** Ports by which something leads through it, sorted. */
  readonly ports: readonly number[];

  /** Who may open its doors. */
  readonly callers: readonly Callers[];

  /** What leads to the hosts of wildcards; none: nothing. */
  readonly sniProxy?: SniProxyIntent;

  /** What its SNI proxy leads to, by name. */
  readonly sniListeners: readonly SniListener[];
}

/** Who may use every own name that begins with one of the names of their set. */
export interface Callers {
  /** SPIFFE URIs; `*` at the end stands for all of a namespace. */
  readonly who: 'all' | readonly string[];

  /** Sorted. */
  readonly sets: readonly string[];
}

/** Names that an SNI proxy leads to, and no others. */
export interface SniNames {
  /** Unique at the proxy, in lower-case letters, digits and hyphens. */
  readonly name: string;

  /** Exact names and wildcards. */
  readonly hosts: readonly string[];

  /** Port of the servers outside. */
  readonly port: number;
}

/** What an SNI proxy does for one way: whoever reaches the socket may send its names. */
export interface SniListener extends SniNames {
  /** The way's own name. */
  readonly ownName: string;

  /** Path of the Unix socket; with a leading `@` an abstract one. */
  readonly socket: string;
}

/** What the sidecars of a namespace know, and nothing else. */
export interface View {
  readonly namespace: string;

  /** Namespaces whose Services they know, sorted. */
  readonly inside: 'all' | readonly string[];

  /** Hosts that their sidecars know, of which namespace each is, and whether they know other names beside it; sorted. */
  readonly hosts: readonly { readonly namespace: string; readonly host: string; readonly aliased: boolean }[];

  /** Hosts that other apps declare, `*` for all of a namespace. */
  readonly others: readonly OtherHost[];

  /** What they may reach beside all that. */
  readonly exceptions: readonly ExceptionIntent[];
}

/** What the pods of a locked namespace may reach, and nothing else. */
export interface Fence extends View {
  /** Path of the lockdown. */
  readonly lockdown: string;

  /** Gateways whose pods they may reach, by name. */
  readonly gateways: readonly string[];

  /** Namespaces whose pods they may reach, sorted. */
  readonly inside: readonly string[];

  /** Places outside that their sidecars dial, canonical, by address and port. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[];

  /** Where the cluster's DNS answers, and where istiod does. */
  readonly dns: readonly PlaceIntent[];
  readonly istiod: readonly PlaceIntent[];

  /** Who may open connections to them, `.` resolved; none: anybody. */
  readonly inbound?: InboundIntent;
}

/** Addresses that applications dial, at ports of TCP. */
export interface DialledPlace {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

export type Labels = { readonly [key: string]: string };
