import { ApiObject, Chart, GroupVersionKind, JsonPatch, Lazy } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { appOf } from '../intent/app';
import { MANAGED_BY, PART_OF } from '../intent/reserved-names';

/** What all objects of a construct have in common; no namespace: they belong to none. */
export interface Meta {
  readonly namespace?: string;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };

  /** Whether it changes where clients are led, and so stands after all that they are led to. */
  readonly leads?: boolean;
}

/** Metadata of an object. A name that the plan gives is known at synth. */
export interface ObjectMeta extends Meta {
  readonly name: string | (() => string);
}

/** Metadata of an object whose name is known at once. */
export interface NamedMeta extends Meta {
  readonly name: string;
}

/**
 * An object whose spec is made at synth. It is a plain ApiObject around the generated type's JSON,
 * because the generated class drops what a patch adds beyond its type.
 */
export function emit(scope: Construct, id: string, kind: GroupVersionKind, meta: ObjectMeta, spec: () => unknown): ApiObject {
  return emitFields(scope, id, kind, meta, { spec: Lazy.any({ produce: spec }) });
}

/**
 * An object of a kind that has other fields than a spec. Of an id such as `ServiceEntry-mongo.example.com` the first of its role in a construct
 * has the role alone: `constructs` keeps children under their ids in a plain object, and when V8 knows some 1,500 keys that plain objects begin
 * with, every one that begins with another is slow, among them those by which YAML is written.
 */
export function emitFields(
  scope: Construct, id: string, kind: GroupVersionKind, { name, namespace, labels, annotations, leads }: ObjectMeta,
  fields: { readonly [field: string]: unknown },
): ApiObject {
  const app = appOf(scope);
  const [role] = id.split('-', 1);
  const object = new ApiObject(scope, scope.node.tryFindChild(role) ? id : role, {
    ...kind,
    metadata: {
      name: typeof name === 'string' ? name : id,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...app.labels, ...labels, ...MANAGED_BY, ...(app.name === undefined ? {} : { [PART_OF]: app.name }) },
      annotations: { ...app.annotations, ...annotations },
    },
    ...fields,
  });
  if (typeof name !== 'string') {
    // cdk8s takes a name for a string that is known at once
    for (const holder of [object, object.metadata]) Object.defineProperty(holder, 'name', { get: name, enumerable: true });
  }
  if (namespace === undefined && object.metadata.namespace !== undefined) {
    // cdk8s gives the chart's to an object that names none
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    Object.defineProperty(object.metadata, 'namespace', { value: undefined });
  }
  DocumentOrder.of(object.chart).add(object, rankOf(object.kind, leads), id);
  return object;
}

/** Takes an object back. */
export function retract(object: ApiObject): void {
  DocumentOrder.of(object.chart).remove(object);
  object.node.scope!.node.tryRemoveChild(object.node.id);
}

/**
 * The order in which objects are written, for tools that apply one after the other: what others use stands before them, refusals before
 * the doors that they shut, and last what leads clients there.
 */
const RANKS = [
  ['ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap'],
  ['NetworkPolicy', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'AuthorizationPolicy', 'Telemetry'],
  ['Service', 'Deployment', 'PodDisruptionBudget', 'HorizontalPodAutoscaler'],
  ['DestinationRule'],
  ['ServiceEntry', 'EnvoyFilter'],
  ['VirtualService'],
  ['Gateway'],
];

function rankOf(kind: string, leads = false): string {
  const rank = RANKS.findIndex(kinds => kinds.includes(kind));
  return String(leads || rank < 0 ? RANKS.length : rank);
}

/**
 * Orders the documents of the library in a chart by rank and construct path, whatever the order of construction; what others write stays
 * where it is. cdk8s asks each chart for its documents: this chart hands them out in order.
 */
class DocumentOrder {
  public static of(chart: Chart): DocumentOrder {
    const order = DocumentOrder.orders.get(chart) ?? new DocumentOrder(chart);
    DocumentOrder.orders.set(chart, order);
    return order;
  }

  private static readonly orders = new WeakMap<Chart, DocumentOrder>();

  private readonly ranked = new Map<ApiObject, { readonly rank: string; readonly id: string }>();
  private readonly places = new WeakMap<IConstruct, string>();

  private constructor(chart: Chart) {
    const write = chart.toJson.bind(chart);
    chart.toJson = () => this.inOrder(write());
  }

  public add(object: ApiObject, rank: string, id: string): void {
    this.ranked.set(object, { rank, id });
  }

  public remove(object: ApiObject): void {
    this.ranked.delete(object);
  }

  private inOrder(documents: any[]): any[] {
    const keys = new Map([...this.ranked].map(([object, { rank, id }]) => [`${object.kind} ${object.metadata.namespace} ${object.name}`, `${rank}${this.placeOf(object, id)}`]));
    const keyed = documents.map(document => ({ document, key: keys.get(`${document.kind} ${document.metadata?.namespace} ${document.metadata?.name}`) }));
    const own = keyed.filter(({ key }) => key !== undefined).sort((a, b) => a.key! < b.key! ? -1 : 1);
    let next = 0;
    return keyed.map(one => (one.key === undefined ? one : own[next++]).document);
  }

  /** Where an object stands among those of its rank: beside the others of its construct, and there beside those of the same host. */
  private placeOf({ node: { scope } }: ApiObject, id: string): string {
    let place = this.places.get(scope!);
    if (place === undefined) {
      place = scope!.node.path.replaceAll('/', '\0');
      this.places.set(scope!, place);
    }
    const hyphen = id.indexOf('-');
    return hyphen < 0 ? `${place}\0\0${id}` : `${place}\0${id.slice(hyphen + 1)}\0${id.slice(0, hyphen)}`;
  }
}
