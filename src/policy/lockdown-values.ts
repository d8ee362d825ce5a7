import { EXCEPTIONAL_ADDRESSES, EXCEPTIONAL_PODS } from './known-props';
import { LockdownException } from './lockdown-exception';
import { ExceptionIntent } from '../intent/lockdown';
import { describePlace, PlaceIntent } from '../intent/place';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Exceptions of a lockdown. */
export function exceptionIntents(values: Values, exceptions: LockdownException[] | undefined): ExceptionIntent[] {
  const checked = values.listOrNone('exceptions', exceptions, (item, one) => exceptionIntent(values, item, one));
  const seen = new Map<string, string>();
  checked.flatMap(({ places }, i) => places.map(place => [describePlace(place), `exceptions[${i}]`] as const)).forEach(([place, item]) => {
    if (seen.has(place)) values.refuse(Problem.DUPLICATE_VALUE, `${item} opens ${place}, as ${seen.get(place)} does`, 'remove one of the two');
    seen.set(place, item);
  });
  const said = ({ places, reason }: ExceptionIntent) => [...places.map(describePlace), reason].join(' ');
  return checked.sort((a, b) => said(a) < said(b) ? -1 : 1);
}

function exceptionIntent(values: Values, item: string, exception: LockdownException): ExceptionIntent {
  const { _pods, _addresses, _reason, _service } = values.kindOf(item, exception, 'a LockdownException, such as LockdownException.pods(...) gives', one => one instanceof LockdownException);
  const reason = values.kindOf(`the reason of ${item}`, _reason, 'a sentence on one line', text => typeof text === 'string' && /^\S[^\n\r]*$/.test(text));
  const ports = (what: string, given: number[] | undefined) =>
    given === undefined ? [] : values.list(`${what} of ${item}`, given, (one, port) => values.port(one, port)).sort((a, b) => a - b);
  if (!_pods) {
    return {
      places: _addresses.map((one): PlaceIntent => ({
        at: { addresses: values.addresses(`addresses of ${item}`, values.known('LockdownException.addresses', one, EXCEPTIONAL_ADDRESSES).addresses) },
        tcpPorts: values.list(`ports of ${item}`, one.ports, (name, port) => values.port(name, port)).sort((a, b) => a - b),
        udpPorts: [],
      })),
      reason,
      ..._service ? { service: _service } : {},
    };
  }
  const { namespace, labels, ports: tcpPorts, udpPorts } = values.known('LockdownException.pods', _pods, EXCEPTIONAL_PODS);
  return {
    places: [{
      at: { namespace: values.name(`the namespace of ${item}`, namespace), ...labels === undefined ? {} : { labels: values.selector(`labels of ${item}`, labels) } },
      tcpPorts: ports('ports', tcpPorts),
      udpPorts: ports('udpPorts', udpPorts),
    }],
    reason,
  };
}
