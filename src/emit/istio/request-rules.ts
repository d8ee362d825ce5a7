import { VirtualServiceSpecHttpMatch } from '../../../imports/networking.istio.io';
import { RequestRule } from '../../plan/plan';

/** What the gateway itself writes of the caller's certificate, whatever the caller sends. The whole value is matched, so that nothing in quotes can pose as the URI. */
const CALLER = 'x-forwarded-client-cert';
const BEFORE_URI = 'By=spiffe://[^;"]*;Hash=[0-9a-f]+;(Cert="[^"]*";)?Subject="[^"]*";URI=';

/** Characters of a path's segment, as Envoy's templates of paths have them. */
const SEGMENT = "[-a-zA-Z0-9._~%!$&'()+,;:@=]";
const ANY = "[-a-zA-Z0-9._~%!$&'()+,;:@=/]*";

/** The matches of a rule, one a path. */
export function matchesOf({ callers, methods, paths }: RequestRule): VirtualServiceSpecHttpMatch[] {
  if (callers?.length === 0) return [];
  const common: VirtualServiceSpecHttpMatch = {
    ...(callers ? { headers: { [CALLER]: { regex: `${BEFORE_URI}${oneOf(callers.map(uriExpression))}` } } } : {}),
    ...(methods ? { method: methods.length === 1 ? { exact: methods[0] } : { regex: methods.join('|') } } : {}),
  };
  return paths ? paths.map(path => ({ ...common, uri: pathMatch(path) })) : [common];
}

function uriExpression(uri: string): string {
  return uri.endsWith('/*') ? `${literal(uri.slice(0, -1))}[^/;"]+` : literal(uri);
}

function pathMatch(path: string): { readonly exact?: string; readonly prefix?: string; readonly regex?: string } {
  if (path.includes('{')) return { regex: path.split(/(\{\*\*?\})/).map(part => part === '{*}' ? `${SEGMENT}+` : part === '{**}' ? ANY : literal(part)).join('') };
  return path.endsWith('*') ? { prefix: path.slice(0, -1) } : { exact: path };
}

function oneOf(expressions: readonly string[]): string {
  return expressions.length === 1 ? expressions[0] : `(${expressions.join('|')})`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
