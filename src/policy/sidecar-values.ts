import { AppIntent } from '../intent/app';
import { OtherHost } from '../intent/lockdown';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Namespaces whose sidecars are told what to know, sorted: never Istio's root namespace. */
export function sidecarNamespaces(values: Values, namespaces: string[], { rootNamespace }: AppIntent): string[] {
  const names = values.list('namespaces', values.required('namespaces', namespaces), (item, name) => values.name(item, name)).sort();
  if (names.includes(rootNamespace)) {
    values.refuse(Problem.SIDECAR_OF_ROOT, `namespaces names "${rootNamespace}", Istio's root namespace, whose Sidecar holds for every namespace that has none`,
      'leave it out; or give rootNamespace to EgressApp.configure, if the mesh has another');
  }
  return names;
}

/** Hosts of other apps, sorted. */
export function otherHosts(values: Values, hosts: string[] | undefined): OtherHost[] {
  return values.listOrNone('otherHosts', hosts, (item, text) => {
    const [namespace, host, ...more] = typeof text === 'string' ? text.split('/') : [];
    if (host === undefined || more.length > 0) {
      values.refuse(Problem.INVALID_HOST, `${item} is ${JSON.stringify(text)}`, 'give a namespace and a host, such as "platform/vault.example.com", or "./*" for all hosts of the own namespace');
    }
    const of = namespace === '.' ? namespace : values.name(`the namespace of ${item}`, namespace);
    return host === '*' ? `${of}/*` : `${of}/${values.host(item, host, true)}`;
  }).sort().map(text => ({ namespace: text.split('/')[0], host: text.split('/')[1] }));
}
