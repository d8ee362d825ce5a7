import { IConstruct } from 'constructs';
import { stringify } from 'yaml';
import { AppIndex } from '../src/app/app-index';

/** The plan of an app as it stands beside the example, keys in the plan's own order. */
export function planYaml(app: IConstruct): string {
  return stringify(AppIndex.of(app).plan(), { aliasDuplicateObjects: false, lineWidth: 0 });
}
