import { ApiObject, Chart, GroupVersionKind, JsonPatch, Lazy } from 'cdk8s';
import { Construct, Dependable } from 'constructs';
import { appOf } from '../intent/app';
import { MANAGED_BY, PART_OF } from '../intent/reserved-names';

/** What all objects of a construct have in common; no namespace: they belong to none. */
export interface Meta {
  readonly namespace?: string;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
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

/** An object of a kind that has other fields than a spec. */
export function emitFields(
  scope: Construct, id: string, kind: GroupVersionKind, { name, namespace, labels, annotations }: ObjectMeta,
  fields: { readonly [field: string]: unknown },
): ApiObject {
  const app = appOf(scope);
  const object = new ApiObject(scope, id, {
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
  }
  DocumentOrder.of(object.chart).add(object);
  return object;
}

/** Takes an object back. */
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

  private readonly objects = new Set<ApiObject>();
  private sorted?: ApiObject[];

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const inOrder = () => this.inOrder();
    const objects = new Construct(this, 'objects');
    Dependable.implement(objects, { get dependencyRoots() { return inOrder(); } });
    this.node.addDependency(objects);
  }

  public add(object: ApiObject): void {
    this.objects.add(object);
    this.sorted = undefined;
  }

  public remove(object: ApiObject): void {
    this.objects.delete(object);
    this.sorted = undefined;
  }

  private inOrder(): ApiObject[] {
    // "/" sorts below every other character, so that the objects of a construct stay together
    this.sorted ??= [...this.objects]
      .map(object => ({ object, key: object.node.path.replaceAll('/', '\0') }))
      .sort((a, b) => a.key < b.key ? -1 : 1)
      .map(({ object }) => object);
    return this.sorted;
  }
}
