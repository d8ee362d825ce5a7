import { Construct, IConstruct } from 'constructs';
import type { ExternalProxyRequirements } from './external-proxy-requirements';
import type { ProxyFiles, ProxyUpstream } from './proxy-files';
import { SniProxyOptions } from '../gateway/sni-proxy';
import { sniProxyFrom } from '../gateway/sni-proxy-values';
import { WorkloadValues } from '../gateway/workload-values';
import { isAddress } from '../intent/addresses';
import { Problem } from '../intent/problem';
import { SniProxyIntent } from '../intent/sni-proxy';
import { endsInDigits, isDomain, Values } from '../intent/values';
import { ExternalListener, Onward } from '../plan/external-listener';

/** For what is written for a proxy outside, which must be of the right kind. */
export function valuesOf<T extends IConstruct>(proxy: T, kind: string, is: (proxy: T) => boolean): WorkloadValues {
  const values = new WorkloadValues(proxy.node.scope as Construct, proxy.node.id);
  values.kindOf('proxy', proxy, kind, is);
  return values;
}

/** The listener of a proxy outside with its files, checked. */
export function externalListener(
  values: Values, { name, addresses, port, allowedFrom }: ExternalProxyRequirements, files: ProxyFiles,
): ExternalListener {
  return {
    name,
    addresses,
    port,
    allowedFrom,
    certificate: filePath(values, 'certificate', files.certificate),
    key: filePath(values, 'key', files.key),
    trustBundle: filePath(values, 'trustBundle', files.trustBundle),
  };
}

/** One place that a proxy outside leads to. */
export function place(values: Values, { upstreamHost, upstreamPort }: ProxyUpstream): Onward {
  const host = values.required('upstreamHost', upstreamHost);
  if (!isAddress(String(host)) && (!isDomain(host) || endsInDigits(host))) {
    values.refuse(Problem.INVALID_HOST, `upstreamHost is ${JSON.stringify(host)}`, 'give a DNS name in lower case or an address, as the proxy knows it');
  }
  return { to: 'place', host, port: values.port('upstreamPort', values.required('upstreamPort', upstreamPort)) };
}

/** The hosts that a proxy outside leads to by name. */
export function named(
  values: WorkloadValues, program: SniProxyIntent['program'], { name, hosts, hostsPort }: ExternalProxyRequirements, options: SniProxyOptions,
  deniedRanges?: string[], allowedRanges?: string[],
): Onward & { readonly to: 'names' } {
  return {
    to: 'names',
    names: { name, hosts: hosts!, port: hostsPort! },
    sniProxy: sniProxyFrom(values, program, options, values.outside(deniedRanges, allowedRanges)),
  };
}

/** An absolute path of letters that no configuration reads anything into. */
export function filePath(values: Values, prop: string, path: string): string {
  if (typeof values.required(prop, path) !== 'string' || !/^(\/[-\w.@+]+)+$/.test(path)) {
    values.refuse(Problem.INVALID_PATH, `${prop} is ${JSON.stringify(path)}`, 'give the absolute path of a file on the proxy, such as "/etc/proxy/tls.crt"');
  }
  return path;
}
