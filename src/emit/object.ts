import { ApiObject, ApiObjectProps, Chart, GroupVersionKind, JsonPatch, Lazy } from 'cdk8s';
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
  const child = scope.node.tryFindChild(role) ? id : role;
  const props = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name: typeof name === 'string' ? name : id,
      namespace,
      labels: { ...app.labels, ...labels, ...MANAGED_BY, ...(app.name === undefined ? {} : { [PART_OF]: app.name }) },
      annotations: { ...app.annotations, ...annotations },
    },
    ...fields,
  };
  const order = `${rankOf(kind.kind, leads)}${id}`;
  const object = typeof name === 'string' ? new EmittedObject(scope, child, props, order) : new PlannedObject(scope, child, props, order, name);
  if (namespace === undefined && object.metadata.namespace !== undefined) {
    // cdk8s gives the chart's to an object that names none
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    Object.defineProperty(object.metadata, 'namespace', { value: undefined });
  }
  return object;
}

/** An object with its place among the documents of its chart. */
class EmittedObject extends ApiObject {
  /** @param order its rank, what it is and of which host */
  public constructor(scope: Construct, id: string, props: ApiObjectProps, private readonly order: string) {
    super(scope, id, props);
    DocumentOrder.of(this.chart);
  }

  public toJson(): any {
    const document = super.toJson();
    DocumentOrder.of(this.chart).add(document, this);
    return document;
  }

  /** Among those of its rank beside the others of its construct, and there beside those of the same host. */
  public place(ofConstruct: string): string {
    const dash = this.order.indexOf('-');
    const [role, of] = dash < 0 ? [this.order.slice(1), ''] : [this.order.slice(1, dash), this.order.slice(dash + 1)];
    return `${this.order[0]}\0${ofConstruct}\0${of}\0${role}`;
  }
}

/**
 * An object whose name the plan tells. It takes the name as it is written. An accessor from the start would not outlive cdk8s' own field,
 * and make every such object a slow dictionary: only what is handed out gets one, and plans nothing until the name is read.
 */
class PlannedObject extends EmittedObject {
  public constructor(scope: Construct, id: string, props: ApiObjectProps, order: string, private readonly planned: () => string) {
    super(scope, id, props, order);
  }

  public toJson(): any {
    this.settle();
    return super.toJson();
  }

  public settle(): this {
    const name = this.planned();
    Object.assign(this.metadata, { name });
    return Object.assign(this, { name });
  }

  public expose(): this {
    for (const holder of [this, this.metadata]) {
      Object.defineProperty(holder, 'name', { get: this.planned, set: () => undefined, enumerable: true, configurable: true });
    }
    return this;
  }
}

/** An object under the name that it has by now. */
export function settled(object: ApiObject): ApiObject {
  // for cdk8s every object is an instance of every class of objects
  return (object as Partial<PlannedObject>).settle?.() ?? object;
}

/** An object to hand out: its name is the one that it has when it is read. */
export function exposed(object: ApiObject): ApiObject {
  return (object as Partial<PlannedObject>).expose?.() ?? object;
}

/** Takes an object back. */
export function retract(object: ApiObject): void {
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

  /** Of the documents that are being written, and of their constructs. */
  private places?: Map<unknown, string>;
  private readonly constructs = new WeakMap<IConstruct, string>();

  private constructor(chart: Chart) {
    const write = chart.toJson.bind(chart);
    chart.toJson = () => this.inOrder(write);
  }

  public add(document: unknown, object: EmittedObject): void {
    const scope = object.node.scope!;
    const place = this.constructs.get(scope) ?? scope.node.path.replaceAll('/', '\0');
    this.constructs.set(scope, place);
    this.places?.set(document, object.place(place));
  }

  private inOrder(write: () => unknown[]): unknown[] {
    const places = this.places = new Map<unknown, string>();
    const documents = write();
    this.places = undefined;
    const own = documents.filter(document => places.has(document)).sort((a, b) => places.get(a)! < places.get(b)! ? -1 : 1);
    let next = 0;
    return documents.map(document => places.has(document) ? own[next++] : document);
  }
}
