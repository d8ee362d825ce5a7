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
  const intent: ConnectionsIntent = {
    maxConnections: count(values, 'maxConnections', maxConnections),
    connectTimeout: istioDuration(values, 'connectTimeout', connectTimeout),
    consecutive5xxErrors: count(values, 'consecutive5xxErrors', consecutive5xxErrors),
    interval: istioDuration(values, 'interval', interval),
    baseEjectionTime: istioDuration(values, 'baseEjectionTime', baseEjectionTime),
    maxEjectionPercent: consecutive5xxErrors === undefined ? undefined : count(values, 'maxEjectionPercent', maxEjectionPercent ?? 100, 1, 100),
    maxRequests: count(values, 'maxRequests', maxRequests),
  };
  return Object.values(intent).every(value => value === undefined) ? undefined : intent;
}

/** A whole number from `least` to `most`. */
export function count(values: Values, prop: string, value: number | undefined, least = 1, most = 2 ** 31 - 1): number | undefined {
  return value === undefined ? undefined : values.number(prop, value, least, most);
}

/** A duration as Istio writes it. */
export function istioDuration(values: Values, prop: string, duration: Duration | undefined): string | undefined {
  if (duration === undefined) return undefined;
  values.kindOf(prop, duration, 'a Duration of cdk8s, such as Duration.seconds(5)', value => value instanceof Duration);
  const milliseconds = duration.toMilliseconds();
  if (milliseconds < 1) {
    values.refuse(Problem.INVALID_NUMBER, `${prop} is ${milliseconds} ms`, 'give at least one millisecond');
  }
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
