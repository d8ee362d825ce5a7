import { RequestOptions } from './request-options';
import { Problem } from '../intent/problem';
import { RequestsIntent } from '../intent/requests';
import { Values } from '../intent/values';

/** The conditions of Envoy that hold for a try whose time is up. */
const TRIES_AFTER_TIMEOUT = ['5xx', 'gateway-error', 'reset'];

/**
 * The conditions that Istio's webhook knows (`supportedRetryOnPolicies` of its pkg/config/validation): Envoy's for HTTP, then for gRPC.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on
 */
const CONDITIONS = [
  '5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream', 'retriable-status-codes',
  'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure',
  'cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable',
];

/** The status codes that Go has a text for, by which the webhook tells them. */
const STATUS = /^(10[0-3]|20[0-8]|226|30[0-578]|40\d|41[0-8]|42[1-689]|431|451|50[0-8]|51[01])$/;

/** Checks timeouts and retries; none if neither is given. */
export function requestsIntent(values: Values, { timeout, retries, perTryTimeout, retryOn }: RequestOptions): RequestsIntent | undefined {
  const alone = perTryTimeout === undefined ? 'retryOn' : 'perTryTimeout';
  const given = perTryTimeout !== undefined || retryOn !== undefined;
  const limit = `let retryOn hold one of ${TRIES_AFTER_TIMEOUT.join(', ')}`;
  if (retries === undefined && given) {
    values.refuse(Problem.CONTRADICTING_PROPS, `${alone} is given without retries`,
      perTryTimeout === undefined ? 'give retries too, or leave it out' : `give retries too, and ${limit}; or give timeout instead${retryOn === undefined ? '' : ', and leave retryOn out'}`);
  }
  if (retries === 0 && given) {
    values.refuse(Problem.CONTRADICTING_PROPS, `${alone} is given with retries: 0, and Istio does not look at it then`,
      perTryTimeout === undefined ? 'leave it out' : `give timeout instead${retryOn === undefined ? '' : ', and leave retryOn out'}`);
  }
  const conditions = retryOn === undefined ? undefined : conditionsOf(values, retryOn);
  if (perTryTimeout !== undefined && !conditions?.some(condition => TRIES_AFTER_TIMEOUT.includes(condition))) {
    values.refuse(Problem.CONTRADICTING_PROPS, `perTryTimeout is given, and retryOn is ${retryOn === undefined ? "Istio's" : `"${retryOn}"`}, by which a try that took too long is the last one`,
      `${limit}, or give timeout instead`);
  }
  if (timeout === undefined && retries === undefined) return undefined;
  return {
    timeout: values.milliseconds('timeout', timeout),
    retries: retries === undefined ? undefined
      : { attempts: values.count('retries', retries, 0)!, perTryTimeout: values.milliseconds('perTryTimeout', perTryTimeout), on: conditions?.join(',') },
  };
}

function conditionsOf(values: Values, retryOn: string): string[] {
  const conditions = typeof retryOn === 'string' ? retryOn.split(',') : [];
  const unknown = conditions.find(condition => !CONDITIONS.includes(condition) && !STATUS.test(condition));
  if (conditions.length === 0 || unknown !== undefined) {
    values.refuse(Problem.INVALID_RETRY_ON, `retryOn is ${JSON.stringify(retryOn)}${unknown === undefined || unknown === retryOn ? '' : `, and ${JSON.stringify(unknown)} is no condition`}`,
      `give conditions with commas and no spaces between them: HTTP status codes such as 503, or ${CONDITIONS.join(', ')}`);
  }
  return conditions;
}
