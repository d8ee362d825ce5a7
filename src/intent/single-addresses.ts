import { isSingle } from './addresses';
import { Problem } from './problem';
import { AS_ENDPOINTS, Values } from './values';

/** Addresses at which hosts are reached that are told apart by name: single ones, sorted; empty: by DNS. */
export function singleAddresses(values: Values, prop: string, addresses: string[] | undefined): string[] {
  const none = addresses === undefined || (Array.isArray(addresses) && addresses.length === 0);
  const checked = none ? [] : values.addresses(prop, addresses, AS_ENDPOINTS, true);
  const range = checked.find(address => !isSingle(address));
  if (range !== undefined) {
    values.refuse(Problem.INVALID_ADDRESS, `${prop} has the range "${range}", and a connection goes to one address`, 'list single addresses, or leave addresses out to use DNS');
  }
  return checked;
}
