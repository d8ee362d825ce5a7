import { isSingle } from './addresses';
import { Problem } from './problem';
import { Values } from './values';

/** Addresses of hosts that are told apart by name: single ones, sorted; empty: by DNS. */
export function singleAddresses(values: Values, prop: string, addresses: string[] | undefined): string[] {
  const checked = addresses === undefined ? [] : values.addresses(prop, addresses);
  const range = checked.find(address => !isSingle(address));
  if (range !== undefined) {
    values.refuse(Problem.INVALID_ADDRESS, `${prop} has the range "${range}", and a connection goes to one address`, 'list single addresses, or leave addresses out to use DNS');
  }
  return checked;
}
