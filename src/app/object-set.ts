import { ApiObject } from 'cdk8s';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Of which host and port an object is. */
interface Of {
  readonly host: string;
  readonly port?: number;
}

/** The objects of a construct, found by what they are. */
export class ObjectSet {
  private readonly objects: { readonly object: ApiObject; readonly of: Of }[] = [];

  public constructor(private readonly values: Values) {}

  public add(of: Of, objects: readonly ApiObject[]): void {
    this.objects.push(...objects.map(object => ({ object, of })));
  }

  /** All of them, sorted by host, port and role. */
  public all(): ApiObject[] {
    return this.objects.map(({ object }) => object);
  }

  /** The one with a role, of a host and port; both may be left out where there is one only. */
  public find(role: string, host?: string, port?: number): ApiObject {
    const inRole = this.objects.filter(({ object }) => object.node.id.split('-')[0] === role);
    const found = inRole.filter(({ of }) => (host === undefined || of.host === host) && (port === undefined || of.port === port));
    if (found.length !== 1) {
      const asked = [role, ...(host === undefined ? [] : [`of ${host}`]), ...(port === undefined ? [] : [`on port ${port}`])].join(' ');
      const there = inRole.map(({ of }) => of.port === undefined ? of.host : `${of.host} on port ${of.port}`);
      this.values.refuse(Problem.UNKNOWN_OBJECT, found.length === 0 ? `there is no ${asked}` : `${asked} is ${found.length} objects`,
        there.length === 0 ? 'leave the patch out: nothing of the kind is written' : `name one of: ${there.join(', ')}`);
    }
    return found[0].object;
  }
}
