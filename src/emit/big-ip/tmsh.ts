import { iRule } from './i-rule';
import { ExternalListener } from '../../plan/external-listener';

/** The iRule, a client SSL profile and a virtual server an address, as tmsh loads them. */
export function tmsh(listener: ExternalListener, pool: string): string {
  const { name, addresses, port, certificate, key, trustBundle } = listener;
  return [
    `ltm rule /Common/${name} {\n${iRule(listener)}}`,
    `ltm profile client-ssl /Common/${name} {
    defaults-from /Common/clientssl
    authenticate always
    ca-file ${trustBundle}
    cache-size 0
    cert-key-chain {
        ${name} {
            cert ${certificate}
            key ${key}
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
    pool ${pool}
    profiles {
        /Common/${name} { context clientside }
        /Common/tcp { }
    }
    rules { /Common/${name} }
}`),
  ].join('\n') + '\n';
}
