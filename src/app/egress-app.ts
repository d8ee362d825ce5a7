import { IConstruct } from 'constructs';
import { AppIndex } from './app-index';
import { ClusterDns } from './cluster-dns';
import { IstioVersion } from './istio-version';
import { Istiod } from './istiod';
import { EGRESS_APP } from './known-props';
import { dnsPlaces, istiodPlaces } from './place-values';
import { APP_DEFAULTS, appOf, sayOfApp } from '../intent/app';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** What is the same for all constructs of an app. */
export interface EgressAppProps {
  /**
   * Name of the app: lower-case letters, digits and inner hyphens, at most 63. No other app of the mesh has it, and it stays.
   *
   * It is the label `app.kubernetes.io/part-of` of every object, by which the app can be pruned. And at each gateway that the app names, one
   * AuthorizationPolicy refuses every name of the app whose callers it does not know (docs/changing.md).
   *
   * @default - none, where nothing is led through a gateway; a route needs one
   */
  readonly name?: string;

  /**
   * Trust domain of the mesh.
   *
   * @default cluster.local
   */
  readonly trustDomain?: string;

  /**
   * Istio's root namespace, whose Sidecar, policies and filters hold for the whole mesh (`rootNamespace` of its MeshConfig).
   *
   * @default istio-system
   */
  readonly rootNamespace?: string;

  /**
   * DNS domain of the cluster.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * Where the cluster's DNS answers: every place that pods may have in `/etc/resolv.conf`. NetworkPolicies open these and no others.
   *
   * @default [ClusterDns.kubeDns()]
   */
  readonly dns?: ClusterDns[];

  /**
   * Where proxies reach istiod. NetworkPolicies open these and no others.
   *
   * @default [Istiod.pods()]
   */
  readonly istiod?: Istiod[];

  /**
   * CIDRs of the cluster's pods, Services and nodes. A `TcpEgress` with `anyAddress` leaves connections to them alone, which it would
   * lead outside otherwise, and no name leads the gateways of the app there.
   *
   * @example ['10.244.0.0/16', '10.96.0.0/12']
   * @default - they are not known
   */
  readonly clusterRanges?: string[];

  /**
   * Oldest version of Istio that the app is for: what it does not have yet is an error (`istio-too-old`).
   *
   * @default - the version that the library is made for, 1.31
   */
  readonly istioVersion?: IstioVersion;

  /**
   * Revision of the control plane, as the label `istio.io/rev` of the pods of gateways of your own: the name of a revision or of a tag that
   * the cluster has. To another name no webhook answers, and their pods keep the image `auto`, which nobody can pull; only
   * `istioctl analyze` warns (IST0146).
   *
   * Each gateway can have its own, and try another one first (`canaryRevision`).
   *
   * @default - the one that injects their namespace
   */
  readonly revision?: string;

  /**
   * Labels for every emitted object of the app.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the app.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/** What is the same for all constructs of an app, said once: its name, the mesh's domains, labels. Each of them can still say otherwise. */
export class EgressApp {
  /**
   * Configures an app, before anything of it is declared.
   *
   * @param app the app, or anything in it
   * @example
   * EgressApp.configure(app, { name: 'bookinfo', trustDomain: 'mesh.example.com' });
   */
  public static configure(app: IConstruct, props: EgressAppProps): void {
    const { root } = app.node;
    const values = Values.of(root);
    values.known('EgressApp.configure', props, EGRESS_APP);
    if (AppIndex.isBegun(root)) {
      values.refuse(Problem.CONFIGURED_LATE, 'EgressApp.configure comes after constructs that have taken the defaults, or a second time', 'call it once, right after new App(), with all that is to be said');
    }
    sayOfApp(root, {
      ...appOf(root),
      name: props.name === undefined ? undefined : values.name('name', props.name),
      trustDomain: values.domain('trustDomain', props.trustDomain ?? APP_DEFAULTS.trustDomain),
      rootNamespace: values.name('rootNamespace', props.rootNamespace ?? APP_DEFAULTS.rootNamespace),
      clusterDomain: values.clusterDomain(props.clusterDomain),
      dns: dnsPlaces(values, props.dns, APP_DEFAULTS.dns),
      istiod: istiodPlaces(values, props.istiod, APP_DEFAULTS.istiod),
      clusterRanges: props.clusterRanges === undefined ? undefined : values.addresses('clusterRanges', props.clusterRanges),
      istioVersion: props.istioVersion === undefined ? undefined : values.oneOf('istioVersion', props.istioVersion, Object.values(IstioVersion)),
      revision: props.revision === undefined ? undefined : values.revision(props.revision),
      labels: values.labels('labels', props.labels),
      annotations: values.annotations(props.annotations),
    });
    AppIndex.of(root);
  }

  private constructor() {}
}
