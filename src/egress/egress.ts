import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { ConnectionOptions } from './connection-options';
import { AppIndex } from '../app/app-index';
import { destinationRule } from '../emit/istio/destination-rule';
import { serviceEntry } from '../emit/istio/service-entry';
import { secretReader, secretReaderBinding } from '../emit/kubernetes/identity';
import { ObjectMeta } from '../emit/object';
import { EgressIntent } from '../intent/intent';
import { Values } from '../intent/values';
import { label } from '../plan/names';
import { autoAllocated, clientLeg, clientSecuring, otherSecuring, Securing } from '../plan/path';
import { identityIntents } from '../policy/identity-values';
import { WorkloadIdentity } from '../policy/workload-identity';

/**
 * What a route needs of an egress. A company's own construct can be one by handing on
 * the intent of an egress that it contains.
 */
export interface IEgress extends IConstruct {
  /** What may leave, and who may use it. */
  readonly intent: EgressIntent;
}

/** Props that every egress has. */
export interface EgressOptions extends ConnectionOptions {
  /**
   * Namespace of the egress's objects.
   *
   * @default - the chart's namespace; an error if that has none either
   */
  readonly namespace?: string;

  /**
   * Namespaces that are clients: names, `.` for the egress's own, or `*` alone for all.
   *
   * Anybody else does not see the egress: there its traffic goes on as if this was not declared. Over a mutual TLS hop
   * the gateway also refuses the workloads of other namespaces.
   *
   * @default ['.']
   */
  readonly exportTo?: string[];

  /**
   * Labels for every emitted object of the egress.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the egress.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/**
 * Something outside the mesh that may be reached: by default straight from the sidecar,
 * and through a gateway once an `EgressGatewayRoute` says so.
 *
 * It emits one ServiceEntry and one DestinationRule a host, the same objects with and without a route; and for TLS that only some sidecars
 * originate, a second DestinationRule a host for the others, and what lets the first read their Secret.
 */
export abstract class Egress extends Construct implements IEgress {
  public readonly intent: EgressIntent;

  /** The ServiceEntry that declares the hosts, for patches. */
  public readonly serviceEntry: ApiObject;

  /** The DestinationRules, one a host in sorted order, for patches. */
  public readonly destinationRules: ApiObject[];

  /** The DestinationRules of pods that an origination's `workloadSelector` leaves out, one a host in sorted order, for patches. */
  public readonly otherDestinationRules: ApiObject[];

  /** The Role and RoleBinding by which an origination's `serviceAccount` reads its Secret, for patches. */
  public readonly secretReader: ApiObject[];

  protected constructor(scope: Construct, id: string, options: EgressOptions, intent: EgressIntent) {
    super(scope, id);
    const values = new Values(scope, id);
    const meta: Omit<ObjectMeta, 'name'> = {
      namespace: intent.namespace,
      labels: values.labels('labels', options.labels),
      annotations: values.annotations(options.annotations),
    };
    const index = AppIndex.of(this);
    const path = intent.path.split('/');
    const name = label(...path);
    const rules = (kind: string, parts: string[], securing: (host: string) => Securing) => intent.hosts.map(host => intent.hosts.length === 1
      ? destinationRule(this, kind, { ...meta, name: label(...path, ...parts) }, () => securing(host))
      : destinationRule(this, `${kind}-${host}`, { ...meta, name: label(...path, host, ...parts) }, () => securing(host)));
    const { workloadSelector, secret, serviceAccount } = intent.tlsOrigination ?? intent.forwardProxy?.tlsOrigination ?? {};

    this.intent = intent;
    this.serviceEntry = serviceEntry(this, 'Resource', { ...meta, name },
      () => clientLeg(intent, index.routeOf(intent)), autoAllocated(intent));
    this.destinationRules = rules('DestinationRule', [], host => clientSecuring(intent, host, index.routeOf(intent)));
    this.otherDestinationRules = workloadSelector === undefined ? [] : rules('OtherDestinationRule', ['others'], host => otherSecuring(intent, host));
    const reader = { ...meta, name: label(...path, 'secret') };
    this.secretReader = secret === undefined || serviceAccount === undefined ? []
      : [secretReader(this, 'SecretRole', reader), secretReaderBinding(this, 'SecretRoleBinding', reader, serviceAccount)];
    index.addEgress(this, intent);
  }

  /**
   * Lets only these workloads of the client namespaces reach it, besides those of earlier calls. Only a gateway can hold others
   * back: the egress needs an `EgressGatewayRoute` over mutual TLS, at whose door they are let in.
   *
   * @param identities workloads of client namespaces; `WorkloadIdentity.nobody()` for none
   */
  public allowFrom(...identities: WorkloadIdentity[]): void {
    const { path } = this.intent;
    AppIndex.of(this).allow({ path, egress: this.intent, permission: { identities: identityIntents(Values.of(this), 'allowFrom', identities) } });
  }
}
