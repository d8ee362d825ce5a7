import { ApiObject } from 'cdk8s';
import { exposed } from '../emit/object';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Of which host and port an object is. */
interface Of {
  readonly host: string;
  readonly port?: number;
}

/** The objects of a construct, found by what they are. */
export class ObjectSet {
  private readonly groups: { readonly of: Of; readonly objects: readonly ApiObject[] }[] = [];

  public constructor(private readonly values: Values) {}

  public add(of: Of, objects: readonly ApiObject[]): void {
    this.groups.push({ of, objects });
  }

  /** All of them, sorted by host, port and role. */
  public all(): ApiObject[] {
    return this.groups.flatMap(({ objects }) => objects.map(exposed));
  }

  /** The one with a role, of a host and port; both may be left out where there is one only. */
  public find(role: string, host?: string, port?: number): ApiObject {
    const inRole = this.groups.flatMap(({ of, objects }) => objects.filter(({ node: { id } }) => id.split('-')[0] === role).map(object => ({ of, object })));
    const found = inRole.filter(({ of }) => (host === undefined || of.host === host) && (port === undefined || of.port === port));
    if (found.length !== 1) {
      const asked = [role, ...(host === undefined ? [] : [`of ${host}`]), ...(port === undefined ? [] : [`on port ${port}`])].join(' ');
      const there = inRole.map(({ of }) => of.port === undefined ? of.host : `${of.host} on port ${of.port}`);
      this.values.refuse(Problem.UNKNOWN_OBJECT, found.length === 0 ? `there is no ${asked}` : `${asked} is ${found.length} objects`,
        there.length === 0 ? 'leave the patch out: nothing of the kind is written' : `name one of: ${there.join(', ')}`);
    }
    return exposed(found[0].object);
  }
}
