import type { AllowedRequests } from './allowed-requests';
import { identityIntents } from './identity-values';
import { ALLOWED_REQUESTS } from './known-props';
import { PermissionIntent } from '../intent/permission';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** A segment of a path template: Istio's operators, or the characters that a path may hold as they are. */
const TEMPLATE_SEGMENT = /^(\{\*\}|\{\*\*\}|[-\w.~%!$&'()+,;:@=]*)$/;

/** The permission to make some requests, checked. */
export function requestsIntent(values: Values, requests: AllowedRequests): PermissionIntent {
  const { from, methods, paths } = values.known('allowRequests', requests, ALLOWED_REQUESTS);
  if (methods === undefined && paths === undefined) {
    values.refuse(Problem.MISSING_VALUE, 'neither methods nor paths is given', 'give one of them, or use allowFrom for all requests');
  }
  return {
    ...(from === undefined ? {} : { identities: identityIntents(values, 'from', from) }),
    ...(methods === undefined ? {} : { methods: values.list('methods', methods, (item, method) => methodOf(values, item, method)).sort() }),
    ...(paths === undefined ? {} : { paths: values.list('paths', paths, (item, path) => pathOf(values, item, path)).sort() }),
  };
}

function methodOf(values: Values, item: string, method: string): string {
  if (typeof method !== 'string' || !/^[A-Z][-A-Z]*$/.test(method)) {
    values.refuse(Problem.INVALID_METHOD, `${item} is ${JSON.stringify(method)}`, 'a method is a word in upper case, such as "GET"; leave methods out for all');
  }
  return method;
}

function pathOf(values: Values, item: string, path: string): string {
  const refuse = (mend: string) => values.refuse(Problem.INVALID_REQUEST_PATH, `${item} is ${JSON.stringify(path)}`, mend);
  if (typeof path !== 'string' || !path.startsWith('/') || /[?#\s]/.test(path)) {
    refuse('a path begins with "/" and has no query, such as "/v1/orders"; leave paths out for all');
  }
  const template = /[{}]/.test(path);
  if (template ? !isTemplate(path) : path.slice(0, -1).includes('*')) {
    refuse('"*" stands at the end alone, as in "/v1/*"; inside a path write the segments "{*}" for one and, last of these, "{**}" for any number');
  }
  return path;
}

function isTemplate(path: string): boolean {
  const segments = path.slice(1).split('/');
  const any = segments.indexOf('{**}');
  return segments.every(segment => TEMPLATE_SEGMENT.test(segment)) && (any < 0 || !segments.slice(any + 1).some(segment => segment.startsWith('{')));
}
