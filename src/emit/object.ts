import { ApiObject, Chart, GroupVersionKind, JsonPatch, Lazy } from 'cdk8s';
import { Construct, Dependable } from 'constructs';

/** Metadata of an emitted object. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
}

/** Metadata of an object that belongs to no namespace. */
export type ClusterMeta = Omit<ObjectMeta, 'namespace'>;

/**
 * An object whose spec is made at synth. It is a plain ApiObject around the generated type's JSON,
 * because the generated class drops what a patch adds beyond its type.
 */
export function emit(scope: Construct, id: string, kind: GroupVersionKind, meta: ObjectMeta | ClusterMeta, spec: () => unknown): ApiObject {
  return emitFields(scope, id, kind, meta, { spec: Lazy.any({ produce: spec }) });
}

/** An object of a kind that has other fields than a spec. */
export function emitFields(
  scope: Construct, id: string, kind: GroupVersionKind,
  { labels, annotations, ...meta }: ObjectMeta | ClusterMeta, fields: { readonly [field: string]: unknown },
): ApiObject {
  const object = new ApiObject(scope, id, {
    ...kind,
    metadata: {
      ...meta,
      ...(Object.keys(labels).length > 0 ? { labels: { ...labels } } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations: { ...annotations } } : {}),
    },
    ...fields,
  });
  if (!('namespace' in meta) && object.metadata.namespace !== undefined) {
    // cdk8s gives the chart's to an object that names none
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
  DocumentOrder.of(object.chart).add(object);
  return object;
}

/** Takes an object back that has turned out not to be needed. */
export function retract(object: ApiObject): void {
  DocumentOrder.of(object.chart).remove(object);
  object.node.scope!.node.tryRemoveChild(object.node.id);
}

/**
 * Orders the documents of a chart by construct path, whatever the order of construction. cdk8s writes the dependencies of a
 * construct before it, in the order in which they are given: this one, which writes nothing, depends on every emitted object.
 */
class DocumentOrder extends Construct {
  public static of(chart: Chart): DocumentOrder {
    const id = 'cdk8s-istio-egress-order';
    return chart.node.tryFindChild(id) as DocumentOrder ?? new DocumentOrder(chart, id);
  }

  private readonly objects: ApiObject[] = [];
  private sorted?: ApiObject[];

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const inOrder = () => this.inOrder();
    const objects = new Construct(this, 'objects');
    Dependable.implement(objects, { get dependencyRoots() { return inOrder(); } });
    this.node.addDependency(objects);
  }

  public add(object: ApiObject): void {
    this.objects.push(object);
    this.sorted = undefined;
  }

  public remove(object: ApiObject): void {
    this.objects.splice(this.objects.indexOf(object), 1);
    this.sorted = undefined;
  }

  private inOrder(): ApiObject[] {
    // "/" sorts below every other character, so that the objects of a construct stay together
    this.sorted ??= this.objects
      .map(object => ({ object, key: object.node.path.replaceAll('/', '\0') }))
      .sort((a, b) => a.key < b.key ? -1 : 1)
      .map(({ object }) => object);
    return this.sorted;
  }
}
