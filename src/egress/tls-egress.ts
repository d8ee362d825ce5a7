import { Construct } from 'constructs';
import { Egress, EgressOptions } from './egress';
import { isSingle } from '../check/addresses';
import { Problem } from '../check/problem';
import { Values } from '../check/values';

/** Props of a `TlsEgress`. */
export interface TlsEgressProps extends EgressOptions {
  /** Exact DNS names of the hosts, in lower case, at most 256. The application's TLS must send them as SNI. */
  readonly hosts: string[];

  /**
   * Single addresses, IPv4 or IPv6, at which all of the hosts are reached.
   *
   * @default - by DNS
   */
  readonly addresses?: string[];

  /**
   * Port, from 1 to 65535.
   *
   * @default - `ports`, or 443
   */
  readonly port?: number;

  /**
   * Several ports of the hosts, at most 256; instead of `port`.
   *
   * @default - `port`
   */
  readonly ports?: number[];
}

/**
 * TLS hosts outside the mesh, told apart by the SNI that the application sends. The application itself speaks TLS, end to end.
 * The name decides, not the address that was dialled: a connection goes to where the host is reached.
 *
 * @example
 * new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
 */
export class TlsEgress extends Egress {
  public constructor(scope: Construct, id: string, props: TlsEgressProps) {
    const values = new Values(scope, id);
    const namespace = values.namespace(props.namespace);
    super(scope, id, props, {
      path: values.path,
      namespace,
      clients: values.clients(props.exportTo, namespace),
      protocol: 'TLS',
      hosts: values.list('hosts', values.required('hosts', props.hosts), (prop, host) => values.host(prop, host)).sort(),
      addresses: addressesOf(values, props.addresses),
      ports: props.port === undefined && props.ports === undefined ? [443] : values.ports(props.port, props.ports),
    });
  }
}

function addressesOf(values: Values, addresses: string[] | undefined): string[] {
  const checked = addresses === undefined ? [] : values.addresses('addresses', addresses);
  const range = checked.find(address => !isSingle(address));
  if (range !== undefined) {
    values.refuse(Problem.INVALID_ADDRESS, `addresses has the range "${range}", and a TLS connection goes to one address`, 'list single addresses, or leave addresses out to use DNS');
  }
  return checked;
}
