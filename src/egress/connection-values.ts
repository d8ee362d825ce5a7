import { Duration } from 'cdk8s';
import { ConnectionOptions } from './connection-options';
import { ConnectionsIntent } from '../intent/connections';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Checks the limits of a leg; none if nothing is given. */
export function connectionsIntent(values: Values, options: ConnectionOptions, maxRequests?: number): ConnectionsIntent | undefined {
  const { maxConnections, connectTimeout, consecutive5xxErrors, interval, baseEjectionTime, maxEjectionPercent } = options;
  const alone = consecutive5xxErrors !== undefined ? undefined
    : Object.entries({ interval, baseEjectionTime, maxEjectionPercent }).find(([, value]) => value !== undefined);
  if (alone) {
    values.refuse(Problem.CONTRADICTING_PROPS, `${alone[0]} is given without consecutive5xxErrors`, 'give consecutive5xxErrors too, or leave it out');
  }
  const errors = count(values, 'consecutive5xxErrors', consecutive5xxErrors);
  const intent: ConnectionsIntent = {
    maxConnections: count(values, 'maxConnections', maxConnections),
    connectTimeout: milliseconds(values, 'connectTimeout', connectTimeout),
    maxRequests: count(values, 'maxRequests', maxRequests),
    ejection: errors === undefined ? undefined : {
      errors,
      interval: milliseconds(values, 'interval', interval),
      time: milliseconds(values, 'baseEjectionTime', baseEjectionTime),
      maxPercent: count(values, 'maxEjectionPercent', maxEjectionPercent ?? 100, 1, 100)!,
    },
  };
  return Object.values(intent).every(value => value === undefined) ? undefined : intent;
}

/** A whole number from `least` to `most`. */
export function count(values: Values, prop: string, value: number | undefined, least = 1, most = 2 ** 31 - 1): number | undefined {
  return value === undefined ? undefined : values.number(prop, value, least, most);
}

/** A duration in milliseconds. */
export function milliseconds(values: Values, prop: string, duration: Duration | undefined, least = 1): number | undefined {
  if (duration === undefined) return undefined;
  values.kindOf(prop, duration, 'a Duration of cdk8s, such as Duration.seconds(5)', value => value instanceof Duration);
  const time = duration.toMilliseconds();
  if (time < least) {
    values.refuse(Problem.INVALID_NUMBER, `${prop} is ${time} ms`, `give at least ${least === 1 ? 'one millisecond' : `${least} ms`}`);
  }
  return time;
}
