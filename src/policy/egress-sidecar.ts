import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { EGRESS_SIDECAR } from './known-props';
import { otherHosts, sidecarNamespaces } from './sidecar-values';
import { AppIndex } from '../app/app-index';
import { appOf } from '../intent/app';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Props of an `EgressSidecar`. */
export interface EgressSidecarProps {
  /** Namespaces whose sidecars it is for. */
  readonly namespaces: string[];

  /**
   * Namespaces of the cluster whose Services their sidecars know: names, `.` for each namespace's own, or `*` alone for all.
   *
   * @default ['*']
   */
  readonly inClusterNamespaces?: string[];

  /**
   * Hosts that other apps declare, which the sidecars know as well: `namespace/host` in Istio's words, with `.` for each namespace's own and
   * `*` for all hosts of a namespace. `['./*']` where a team's own app declares the egresses of the namespace.
   *
   * @default - none: they know the egresses of this app alone
   */
  readonly otherHosts?: string[];

  /**
   * Labels for every emitted object of it.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of it.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/**
 * Lets the sidecars of namespaces know the hosts of the app's egresses and Services of the cluster, and nothing that other namespaces export
 * beside these: no ServiceEntry or VirtualService of a neighbour takes their traffic (docs/threats.md). And it makes them refuse the rest
 * (`REGISTRY_ONLY`), whatever the mesh says.
 *
 * Each namespace gets a Sidecar, of which Istio takes one a namespace: all that its pods reach outside is an egress of this app, or named in
 * `otherHosts`. It holds back what others write, and no pod that goes around its sidecar: an `EgressLockdown` does both, and takes its place
 * under the same name.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 * @example
 * new EgressSidecar(chart, 'sidecar', { namespaces: ['bookinfo'] });
 */
export class EgressSidecar extends Construct {
  private readonly emitted: ReadonlyMap<string, ApiObject>;

  public constructor(scope: Construct, id: string, props: EgressSidecarProps) {
    super(scope, id);
    const values = Values.of(this);
    values.props(EgressSidecar, new.target, props, EGRESS_SIDECAR);
    const app = appOf(this);
    const { clusterDomain } = app;
    const inCluster = values.listOrNone('inClusterNamespaces', props.inClusterNamespaces ?? ['*'], (item, name) => name === '.' || name === '*' ? name : values.name(item, name)).sort();
    if (inCluster.includes('*') && inCluster.length > 1) {
      values.refuse(Problem.CONTRADICTING_PROPS, `inClusterNamespaces has "*" beside ${inCluster.filter(name => name !== '*').map(name => `"${name}"`).join(', ')}`, 'leave the others out, or "*"');
    }
    const namespaces = sidecarNamespaces(values, props.namespaces, app);
    const meta = { labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };
    const index = AppIndex.of(this);
    this.emitted = new Map(namespaces.map(namespace =>
      [namespace, index.backend.view(this, meta, { namespace, clusterDomain, exceptions: [] }, () => index.viewOf(namespace))[0]]));
    index.addSidecar(this, { path: values.path, namespaces, inCluster, clusterDomain, otherHosts: otherHosts(values, props.otherHosts) });
  }

  /** The Sidecar of a namespace, for patches. */
  public sidecar(namespace: string): ApiObject {
    return this.emitted.get(namespace) ?? Values.of(this).refuse(Problem.UNKNOWN_OBJECT, `there is no Sidecar of ${namespace}`,
      `name one of: ${[...this.emitted.keys()].join(', ')}`);
  }
}
