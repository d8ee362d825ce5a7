import { ExternalProxy } from './external-proxy';
import { valuesOf } from './external-values';
import { BIG_IP } from './known-props';
import { as3 } from '../emit/big-ip/as3';
import { iRule } from '../emit/big-ip/i-rule';
import { tmsh } from '../emit/big-ip/tmsh';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';
import { ExternalListener } from '../plan/external-listener';

/** What a BIG-IP has already, by its full path or name. */
export interface BigIpOptions {
  /** Pool that connections of allowed clients go to. */
  readonly pool: string;

  /** Certificate that `requirements` asks for. */
  readonly certificate: string;

  /** Its key. */
  readonly key: string;

  /** File of the mesh's roots. */
  readonly trustBundle: string;
}

/** Configuration of an F5 BIG-IP that is an `ExternalProxy`. */
export class BigIp {
  /**
   * The iRule that lets allowed clients in, by the only URI of their certificate, and resets everybody else.
   *
   * It acts when the handshake is complete, resumed or not, and refuses where it sees no certificate.
   */
  public static iRule(proxy: ExternalProxy): string {
    ofTcp(proxy);
    return iRule(proxy.requirements);
  }

  /**
   * The iRule, a client SSL profile and a virtual server an address, for `tmsh load sys config merge file <file>`.
   *
   * The profile demands a client certificate on every connection and resumes no session, so that no one enters by another's.
   */
  public static configuration(proxy: ExternalProxy, options: BigIpOptions): string {
    return tmsh(...given('BigIp.configuration', proxy, options));
  }

  /**
   * An AS3 declaration, in JSON, that does the same as `configuration`: a tenant of its own, with a TCP service on every address.
   *
   * AS3 cannot turn the session cache off. A client is asked for its certificate all the same when it resumes a session, and the
   * iRule acts then too. It was written by F5's reference for AS3 3.25 and later, and neither a schema nor a BIG-IP has
   * checked it: let AS3 try it first, with `controls.dryRun`.
   *
   * @see https://clouddocs.f5.com/products/extensions/f5-appsvcs-extension/latest/refguide/schema-reference.html
   */
  public static as3(proxy: ExternalProxy, options: BigIpOptions): string {
    return as3(...given('BigIp.as3', proxy, options));
  }

  private constructor() {}
}

function ofTcp(proxy: ExternalProxy): Values {
  return valuesOf(proxy, 'an ExternalProxy; for an ExternalSniProxy use ExternalEnvoy.sniConfiguration or ExternalNginx.sniConfiguration', one => one instanceof ExternalProxy);
}

function given(what: string, proxy: ExternalProxy, options: BigIpOptions): [ExternalListener, string] {
  const values = ofTcp(proxy);
  values.known(what, options, BIG_IP);
  const named = (prop: keyof BigIpOptions) => path(values, prop, options[prop]);
  const { name, addresses, port, allowedFrom } = proxy.requirements;
  return [
    { name, addresses, port, allowedFrom, certificate: named('certificate'), key: named('key'), trustBundle: named('trustBundle') },
    named('pool'),
  ];
}

function path(values: Values, prop: string, value: string): string {
  if (!/^[-\w./]+$/.test(values.required(prop, value))) {
    values.refuse(Problem.INVALID_NAME, `${prop} is ${JSON.stringify(value)}`, 'a name on a BIG-IP has letters, digits, "-", "_", "." and "/", such as "/Common/echo"');
  }
  return value;
}
