import { Duration } from 'cdk8s';
import { NGINX_SNI_PROXY, SNI_PROXY } from './known-props';
import { AddressFamily, SniProxyOptions } from './sni-proxy';
import { WorkloadValues } from './workload-values';
import { SniProxyIntent } from '../intent/sni-proxy';

type Outside = Pick<SniProxyIntent, 'deniedRanges' | 'allowedRanges'>;

/** Checks the options of an `SniProxy`. */
export function sniProxyIntent(
  values: WorkloadValues, program: SniProxyIntent['program'], options: SniProxyOptions, outside: Outside,
): SniProxyIntent {
  values.known(`SniProxy.${program}`, options, program === 'nginx' ? NGINX_SNI_PROXY : SNI_PROXY);
  return sniProxyFrom(values, program, options, outside);
}

/** Checks the options of an SNI proxy, beside which others may stand. */
export function sniProxyFrom(
  values: WorkloadValues, program: SniProxyIntent['program'], options: SniProxyOptions, { deniedRanges, allowedRanges }: Outside,
): SniProxyIntent {
  const addressFamily = values.oneOf('addressFamily', options.addressFamily ?? AddressFamily.IPV4, Object.values(AddressFamily));
  return {
    program,
    resolver: options.resolver === undefined ? undefined : values.address('resolver', options.resolver),
    addressFamily,
    connectTimeout: values.milliseconds('connectTimeout', options.connectTimeout ?? Duration.seconds(5))!,
    idleTimeout: values.milliseconds('idleTimeout', options.idleTimeout ?? Duration.hours(1))!,
    deniedRanges,
    allowedRanges,
  };
}
