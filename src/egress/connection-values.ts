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
  const errors = values.count('consecutive5xxErrors', consecutive5xxErrors);
  const intent: ConnectionsIntent = {
    maxConnections: values.count('maxConnections', maxConnections),
    connectTimeout: values.milliseconds('connectTimeout', connectTimeout),
    maxRequests: values.count('maxRequests', maxRequests),
    ejection: errors === undefined ? undefined : {
      errors,
      interval: values.milliseconds('interval', interval),
      time: values.milliseconds('baseEjectionTime', baseEjectionTime),
      maxPercent: values.count('maxEjectionPercent', maxEjectionPercent ?? 100, 1, 100)!,
    },
  };
  return Object.values(intent).every(value => value === undefined) ? undefined : intent;
}
