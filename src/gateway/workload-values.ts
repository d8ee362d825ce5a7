import { EgressGatewayProps } from './egress-gateway-props';
import { GatewayMount } from './gateway-mount';
import type { GatewayNetworkOptions } from './gateway-network-options';
import { GatewayToleration, TaintEffect } from './gateway-toleration';
import { TOLERATION } from './known-props';
import type { ResourceOptions } from './resource-options';
import { dnsPlaces, istiodPlaces } from '../app/place-values';
import { isSingle } from '../intent/addresses';
import { AppIntent } from '../intent/app';
import { GatewayNetworkIntent } from '../intent/gateway-network';
import { MountIntent, overlap, OWN_MOUNTS } from '../intent/mount';
import { PRIVATE_RANGES } from '../intent/private-ranges';
import { Problem } from '../intent/problem';
import { OTHER_PORTS, reservedFor } from '../intent/reserved-ports';
import { Values } from '../intent/values';
import { CanaryIntent, ResourcesIntent, TolerationIntent, WorkloadIntent } from '../intent/workload';
import { label } from '../plan/names';

const UNITS: { readonly [unit: string]: number } = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
const QUANTITY = new RegExp(`^(\\d+(?:\\.\\d+)?)(m|${Object.keys(UNITS).join('|')})?$`);
const IMAGE = /^[a-z0-9][-a-zA-Z0-9._/:]*(@sha256:[a-f0-9]{64})?$/;
const EFFECTS = Object.values(TaintEffect);

/** What Istio reads the proxy's own configuration from. */
const PROXY_CONFIG = 'proxy.istio.io/config';

/** The gateway writes x-forwarded-client-cert from the caller's certificate, whatever the caller sends and the mesh says: routes are told apart by it. */
const FORWARDED_CERTIFICATES = 'gatewayTopology:\n  forwardClientCertDetails: SANITIZE_SET\n';

/** Labels that the construct itself sets on pods. */
const OWN_LABELS = ['app', 'istio', 'istio.io/rev', 'sidecar.istio.io/inject'];

/** Checks the values of a workload. */
export class WorkloadValues extends Values {
  public workload(name: string, namespace: string, props: EgressGatewayProps): WorkloadIntent {
    const labels = this.labels('labels', props.labels);
    const own = OWN_LABELS.find(key => Object.hasOwn(labels, key));
    if (own !== undefined) {
      this.refuse(Problem.RESERVED_LABEL, `labels sets "${own}"`, own === 'istio.io/rev' ? 'give revision instead' : 'leave it out: the pods are selected and injected by it');
    }
    const selector = { istio: label([namespace, name]) };
    const minReplicas = this.number('minReplicas', props.minReplicas ?? 2);
    const maxReplicas = this.number('maxReplicas', props.maxReplicas ?? Math.max(5, minReplicas));
    if (maxReplicas < minReplicas) {
      this.refuse(Problem.CONTRADICTING_PROPS, `maxReplicas is ${maxReplicas}, and minReplicas is ${minReplicas}`, 'give a maxReplicas that is not less');
    }
    return {
      selector,
      podLabels: {
        ...labels,
        ...selector,
        'app': name,
        'sidecar.istio.io/inject': 'true',
        ...(props.revision === undefined ? {} : { 'istio.io/rev': this.revision(props.revision) }),
      },
      podAnnotations: this.podAnnotations(props.annotations),
      serviceAccount: name,
      minReplicas,
      maxReplicas,
      targetCpuUtilization: this.number('targetCpuUtilization', props.targetCpuUtilization ?? 80),
      resources: this.resources(props),
      topologySpreadKeys: props.topologySpreadKeys === undefined
        ? ['topology.kubernetes.io/zone', 'kubernetes.io/hostname']
        : Object.keys(this.labels('topologySpreadKeys', Object.fromEntries(
          this.kindOf('topologySpreadKeys', props.topologySpreadKeys, 'a list of labels of nodes', Array.isArray).map(key => [key, ''])))),
      nodeSelector: this.labels('nodeSelector', props.nodeSelector),
      tolerations: this.listOrNone('tolerations', props.tolerations, (prop, toleration) => this.toleration(prop, toleration)),
    };
  }

  /** The pods that try another revision: those of the gateway in all else, and told apart from them by it. */
  public canary(workload: WorkloadIntent, { revision, canaryRevision, canaryReplicas }: EgressGatewayProps): CanaryIntent | undefined {
    if (canaryRevision === undefined) {
      if (canaryReplicas !== undefined) {
        this.refuse(Problem.CONTRADICTING_PROPS, 'canaryReplicas is given without canaryRevision', 'give canaryRevision too, or leave it out');
      }
      return undefined;
    }
    if (canaryRevision === revision) {
      this.refuse(Problem.CONTRADICTING_PROPS, `canaryRevision is "${canaryRevision}", and so is the revision`, 'leave canaryRevision out, or give the one that is to be tried');
    }
    const rev = { 'istio.io/rev': this.revision(canaryRevision, 'canaryRevision') };
    const replicas = this.number('canaryReplicas', canaryReplicas ?? 1);
    return {
      revision: canaryRevision,
      workload: {
        ...workload,
        selector: { ...workload.selector, ...rev },
        podLabels: { ...workload.podLabels, ...rev },
        minReplicas: replicas,
        maxReplicas: replicas,
      },
    };
  }

  private podAnnotations(annotations: { [key: string]: string } | undefined): { [key: string]: string } {
    const given = this.annotations(annotations);
    if (PROXY_CONFIG in given) {
      this.refuse(Problem.INVALID_ANNOTATION, `annotations has "${PROXY_CONFIG}", which the construct sets`,
        'leave it out, and patch the Deployment if need be: rules on requests rest on forwardClientCertDetails: SANITIZE_SET in it');
    }
    return { ...given, [PROXY_CONFIG]: FORWARDED_CERTIFICATES };
  }

  public resources(options: ResourceOptions): ResourcesIntent {
    const resources = {
      cpuRequest: this.quantity('cpuRequest', options.cpuRequest ?? '100m'),
      memoryRequest: this.quantity('memoryRequest', options.memoryRequest ?? '128Mi'),
      cpuLimit: this.quantity('cpuLimit', options.cpuLimit ?? '2'),
      memoryLimit: this.quantity('memoryLimit', options.memoryLimit ?? '1Gi'),
    };
    for (const [request, limit] of [['cpuRequest', 'cpuLimit'], ['memoryRequest', 'memoryLimit']] as const) {
      if (thousandths(resources[request]) > thousandths(resources[limit])) {
        this.refuse(Problem.CONTRADICTING_PROPS, `${request} is ${resources[request]}, and ${limit} is ${resources[limit]}`, `give a ${limit} that is not less`);
      }
    }
    return resources;
  }

  /** What the proxy has as files, sorted by path. */
  public mounts(mounts: GatewayMount[] | undefined): MountIntent[] {
    const checked = this.listOrNone('mounts', mounts, (prop, mount) => this.mount(prop, mount));
    checked.forEach(({ mountPath }, i) => {
      const taken = [...OWN_MOUNTS, ...checked.slice(0, i).map(other => other.mountPath)].find(path => overlap(mountPath, path));
      if (taken !== undefined) {
        this.refuse(Problem.MOUNT_CONFLICT, `mounts[${i}] is at "${mountPath}", and something else at "${taken}"`, 'give it a folder of its own, such as "/etc/partner", and name its files there');
      }
    });
    return checked.sort((a, b) => a.mountPath < b.mountPath ? -1 : 1);
  }

  /** A port of the Service of a gateway that the app runs. */
  public freePort(prop: string, value: number): number {
    const reserved = reservedFor(this.port(prop, value));
    if (reserved !== undefined) {
      this.refuse(Problem.RESERVED_PORT, `${prop} is ${value}, ${reserved}`, OTHER_PORTS);
    }
    return value;
  }

  /** Ports that the Service of such a gateway has in any case, sorted. */
  public servicePorts(ports: number[] | undefined): number[] {
    return this.listOrNone('ports', ports, (prop, port) => this.freePort(prop, port)).sort((a, b) => a - b);
  }

  public image(prop: string, value: string): string {
    if (typeof value !== 'string' || !IMAGE.test(value)) {
      this.refuse(Problem.INVALID_IMAGE, `${prop} is ${JSON.stringify(value)}`, 'give the name of a container image, as in "nginxinc/nginx-unprivileged:1.29"');
    }
    return value;
  }

  /** One address. */
  public address(prop: string, value: string): string {
    const address = this.network(`${prop}[0]`, value, true);
    if (!isSingle(address)) {
      this.refuse(Problem.INVALID_ADDRESS, `${prop}[0] ${JSON.stringify(value)} is a range`, 'give one address');
    }
    return address;
  }

  /** Sorted CIDRs; a single address gets a mask. */
  public ranges(prop: string, values: string[] | undefined): string[] {
    return this.listOrNone(prop, values, (item, value) => this.network(item, value)).sort()
      .map(address => isSingle(address) ? `${address}/${address.includes(':') ? 128 : 32}` : address);
  }

  /** Where names may lead, and where not. */
  public outside(
    deniedRanges: string[] | undefined, allowedRanges: string[] | undefined, clusterRanges: readonly string[] = [],
  ): Pick<GatewayNetworkIntent, 'deniedRanges' | 'allowedRanges'> {
    return {
      deniedRanges: [...new Set([...PRIVATE_RANGES, ...this.ranges('clusterRanges', [...clusterRanges]), ...this.ranges('deniedRanges', deniedRanges)])].sort(),
      allowedRanges: this.ranges('allowedRanges', allowedRanges),
    };
  }

  public gatewayNetwork(options: GatewayNetworkOptions, { dns, istiod, clusterRanges }: AppIntent): GatewayNetworkIntent {
    return {
      ...(options.clientNamespaces === undefined ? {} : { clientNamespaces: this.clientNamespaces(options.clientNamespaces) }),
      ...this.outside(options.deniedRanges, options.allowedRanges, clusterRanges),
      dns: dnsPlaces(this, options.dns, dns),
      istiod: istiodPlaces(this, options.istiod, istiod),
    };
  }

  private clientNamespaces(namespaces: string[]): string[] {
    const names = this.listOrNone('clientNamespaces', namespaces, (prop, name) => name === '*' ? name : this.name(prop, name)).sort();
    if (names.includes('*') && names.length > 1) {
      this.refuse(Problem.CONTRADICTING_PROPS, `clientNamespaces is ${JSON.stringify(namespaces)}`, 'give "*" alone for all namespaces, or list them');
    }
    return names;
  }

  private quantity(prop: string, value: string): string {
    if (typeof value !== 'string' || !QUANTITY.test(value)) {
      this.refuse(Problem.INVALID_QUANTITY, `${prop} is ${JSON.stringify(value)}`, 'give a Kubernetes quantity as text, as in "100m" or "128Mi"');
    }
    return value;
  }

  private mount(prop: string, mount: GatewayMount): MountIntent {
    const { _kind: kind, _name: name, _mountPath: mountPath } = this.kindOf(prop, mount, 'a GatewayMount, such as GatewayMount.secret(...)', value => value instanceof GatewayMount);
    this.objectName(`the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} of ${prop}`, name);
    if (typeof mountPath !== 'string' || !/^(\/(?!\.{1,2}(\/|$))[^/~:]+)+$/.test(mountPath)) {
      this.refuse(Problem.INVALID_PATH, `the path of ${prop} is ${JSON.stringify(mountPath)}`, 'give the absolute path of a folder, without a final "/", "~" or ":"');
    }
    return { kind, name, mountPath };
  }

  private toleration(prop: string, toleration: GatewayToleration): TolerationIntent {
    const { key, value, effect } = this.known(prop, toleration, TOLERATION);
    if (key !== undefined) {
      this.labels(prop, { [key]: value ?? '' });
    } else if (value !== undefined) {
      this.refuse(Problem.INVALID_TOLERATION, `${prop} has the value ${JSON.stringify(value)} and no key`, 'give the key of the taint, or leave the value out');
    }
    if (effect !== undefined && !EFFECTS.includes(effect)) {
      this.refuse(Problem.INVALID_TOLERATION, `${prop} has the effect ${JSON.stringify(effect)}`, `give one of ${EFFECTS.join(', ')}`);
    }
    return { key, operator: value === undefined ? 'Exists' : 'Equal', value, effect };
  }
}

/** How much a quantity is, in thousandths. */
function thousandths(quantity: string): number {
  const [, amount, unit] = QUANTITY.exec(quantity)!;
  return unit === 'm' ? Number(amount) : Math.round(Number(amount) * (UNITS[unit] ?? 1) * 1000);
}
