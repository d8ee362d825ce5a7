import { GatewayMount } from './gateway-mount';
import { GatewayNetworkOptions } from './gateway-network-options';
import { GatewayToleration } from './gateway-toleration';
import { ResourceOptions } from './resource-options';

/** Props of an `EgressGateway`. */
export interface EgressGatewayProps extends ResourceOptions, GatewayNetworkOptions {
  /**
   * Namespace of the gateway, in which its routes write their objects too.
   *
   * @default - the chart's namespace; an error if that has none either
   */
  readonly namespace?: string;

  /**
   * Name of the gateway's objects: its Service in DNS, its service account in its identity.
   *
   * @default - `egress-gateway`, or `sni-proxy-gateway` of an SniProxyGateway
   */
  readonly name?: string;

  /**
   * Port of the Service by which mutual TLS and passthrough hops enter, below 15000 or from 17408 to 31383. The pods listen at another one:
   * 16384 more, or less.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * Ports that the Service has even if no route of this app uses them, for routes of other apps, which name the gateway
   * with `EgressGateway.fromService`. Because this app knows neither their clients nor where they lead, the NetworkPolicy lets the pods reach
   * every port outside, and any pod reach them unless `clientNamespaces` says who may.
   *
   * @default - those that routes of this app use, or `port` if there is none
   */
  readonly ports?: number[];

  /**
   * Fewest pods.
   *
   * @default 2
   */
  readonly minReplicas?: number;

  /**
   * Most pods; with the same as `minReplicas` there is no HorizontalPodAutoscaler.
   *
   * @default 5, or `minReplicas` if that is more
   */
  readonly maxReplicas?: number;

  /**
   * Percent of the requested CPU that the autoscaler aims at, from 1.
   *
   * @default 80
   */
  readonly targetCpuUtilization?: number;

  /**
   * Labels of nodes over which the pods are spread, as far as that is possible.
   *
   * @default ['topology.kubernetes.io/zone', 'kubernetes.io/hostname']
   */
  readonly topologySpreadKeys?: string[];

  /**
   * Labels of the nodes that the pods run on, such as nodes whose addresses the outside knows.
   *
   * @default - any node
   */
  readonly nodeSelector?: { [key: string]: string };

  /**
   * Taints of nodes that the pods tolerate.
   *
   * @default - none
   */
  readonly tolerations?: GatewayToleration[];

  /**
   * Secrets and ConfigMaps whose keys the proxy has as files, read-only, for `ClientCertificate.fromFiles` and
   * `CaCertificates.fromFile` of routes.
   *
   * @default - none
   */
  readonly mounts?: GatewayMount[];

  /**
   * Revision of the control plane, as the label `istio.io/rev` of the pods: the name of a revision or of a tag that the cluster has.
   *
   * To another name no webhook answers, and the pods keep the image `auto`, which nobody can pull: the API server takes them, and only
   * `istioctl analyze` warns (IST0146). Pods of the revision before stay until a new one is ready.
   *
   * @default - that of `EgressApp.configure`, or the one that injects the namespace
   */
  readonly revision?: string;

  /**
   * Another revision of the control plane, which some pods try before the others move to it: `canaryReplicas` pods more, of a Deployment of
   * their own, behind the same Service and with the same service account. What is said of the names of a `revision` holds for it too.
   *
   * Once it has proven itself, make it the `revision` and leave it out here; the Deployment that is pruned then takes its pods with it.
   *
   * @default - none
   * @see https://istio.io/latest/docs/setup/additional-setup/gateway/#canary-upgrade
   */
  readonly canaryRevision?: string;

  /**
   * How many pods there are of the `canaryRevision`, on top of the others. Connections are spread over all pods of the gateway, so that this
   * and the number of the others decide how many it gets.
   *
   * @default 1
   */
  readonly canaryReplicas?: number;

  /**
   * Trust domain of the mesh.
   *
   * @default - that of `EgressApp.configure`, or `cluster.local`
   */
  readonly trustDomain?: string;

  /**
   * DNS domain of the cluster.
   *
   * @default - that of `EgressApp.configure`, or `cluster.local`
   */
  readonly clusterDomain?: string;

  /**
   * Labels for every emitted object of the gateway, and for its pods.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the gateway, and for its pods.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}
