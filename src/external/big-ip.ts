import { ExternalProxy } from './external-proxy';
import { valuesOf } from './external-values';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

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
    const { allowedFrom, name } = proxy.requirements;
    return `when CLIENTSSL_HANDSHAKE {
    set names {}
    if { [SSL::cert count] > 0 } {
        regexp {Subject Alternative Name:[^\\n]*\\n([^\\n]*)} [X509::extensions [SSL::cert 0]] -> names
    }
    set uris [regexp -all -inline {URI:[^,[:space:]]*} $names]
    set allowed 0
    if { [llength $uris] == 1 } {
        switch -glob -- [string range [lindex $uris 0] 4 end] {
${allowedFrom.map((uri, i) => `            "${uri}" ${i < allowedFrom.length - 1 ? '-' : '{ set allowed 1 }'}\n`).join('')}            default { }
        }
    }
    if { !$allowed } {
        log local0.warning "${name}: refused [IP::client_addr] $uris"
        reject
    }
}
`;
  }

  /**
   * The iRule, a client SSL profile and a virtual server an address, for `tmsh load sys config merge file <file>`.
   *
   * The profile demands a client certificate on every connection and resumes no session, so that no one enters by another's.
   */
  public static configuration(proxy: ExternalProxy, options: BigIpOptions): string {
    const values = ofTcp(proxy);
    const { name, addresses, port } = proxy.requirements;
    const named = (prop: keyof BigIpOptions) => path(values, prop, options[prop]);
    return [
      `ltm rule /Common/${name} {\n${BigIp.iRule(proxy)}}`,
      `ltm profile client-ssl /Common/${name} {
    defaults-from /Common/clientssl
    authenticate always
    ca-file ${named('trustBundle')}
    cache-size 0
    cert-key-chain {
        ${name} {
            cert ${named('certificate')}
            key ${named('key')}
        }
    }
    peer-cert-mode require
    renegotiation disabled
    retain-certificate true
    session-ticket disabled
}`,
      ...addresses.map((address, i) => `ltm virtual /Common/${name}${addresses.length > 1 ? `-${i}` : ''} {
    destination /Common/${address}${address.includes(':') ? '.' : ':'}${port}
    ip-protocol tcp
    pool ${named('pool')}
    profiles {
        /Common/${name} { context clientside }
        /Common/tcp { }
    }
    rules { /Common/${name} }
}`),
    ].join('\n') + '\n';
  }

  /**
   * The same as an AS3 declaration, in JSON: a tenant of its own, with a TCP service on every address.
   *
   * AS3 cannot turn the session cache off. A client is asked for its certificate all the same when it resumes a session, and the
   * iRule acts then too. It was written by F5's reference for AS3 3.25 and later, and checked by no schema and no BIG-IP: let AS3 try it
   * first, with `controls.dryRun`.
   *
   * @see https://clouddocs.f5.com/products/extensions/f5-appsvcs-extension/latest/refguide/schema-reference.html
   */
  public static as3(proxy: ExternalProxy, options: BigIpOptions): string {
    const values = ofTcp(proxy);
    const { name, addresses, port } = proxy.requirements;
    const onBigIp = (prop: keyof BigIpOptions) => {
      const named = path(values, prop, options[prop]);
      return { bigip: named.startsWith('/') ? named : `/Common/${named}` };
    };
    const tenant = {
      class: 'Tenant',
      proxy: {
        class: 'Application',
        service: {
          class: 'Service_TCP', virtualAddresses: addresses, virtualPort: port, snat: 'none', serverTLS: 'tls', iRules: ['clients'], pool: onBigIp('pool'),
        },
        tls: {
          class: 'TLS_Server',
          certificates: [{ certificate: 'certificate' }],
          authenticationMode: 'require',
          authenticationFrequency: 'every-time',
          authenticationTrustCA: onBigIp('trustBundle'),
          renegotiationEnabled: false,
          retainCertificateEnabled: true,
        },
        certificate: { class: 'Certificate', certificate: onBigIp('certificate'), privateKey: onBigIp('key') },
        clients: { class: 'iRule', iRule: BigIp.iRule(proxy) },
      },
    };
    // a tenant's name begins with a letter
    return `${JSON.stringify({ class: 'ADC', schemaVersion: '3.25.0', id: name, [name.replaceAll('-', '_').replace(/^\d/, 't$&')]: tenant }, null, 2)}\n`;
  }

  private constructor() {}
}

function ofTcp(proxy: ExternalProxy): Values {
  return valuesOf(proxy, 'an ExternalProxy; for an ExternalSniProxy use ExternalEnvoy.sniConfiguration or ExternalNginx.sniConfiguration', one => one instanceof ExternalProxy);
}

function path(values: Values, prop: string, value: string): string {
  if (!/^[-\w./]+$/.test(values.required(prop, value))) {
    values.refuse(Problem.INVALID_NAME, `${prop} is ${JSON.stringify(value)}`, 'a name on a BIG-IP has letters, digits, "-", "_", "." and "/", such as "/Common/echo"');
  }
  return value;
}
