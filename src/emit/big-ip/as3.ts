import { iRule } from './i-rule';
import { ExternalListener } from '../../plan/external-listener';

/** What `tmsh` gives, as an AS3 declaration in JSON: a tenant of its own. */
export function as3(listener: ExternalListener, pool: string): string {
  const { name, addresses, port, certificate, key, trustBundle } = listener;
  const tenant = {
    class: 'Tenant',
    proxy: {
      class: 'Application',
      service: {
        class: 'Service_TCP', virtualAddresses: addresses, virtualPort: port, snat: 'none', serverTLS: 'tls', iRules: ['clients'], pool: onBigIp(pool),
      },
      tls: {
        class: 'TLS_Server',
        certificates: [{ certificate: 'certificate' }],
        authenticationMode: 'require',
        authenticationFrequency: 'every-time',
        authenticationTrustCA: onBigIp(trustBundle),
        renegotiationEnabled: false,
        retainCertificateEnabled: true,
      },
      certificate: { class: 'Certificate', certificate: onBigIp(certificate), privateKey: onBigIp(key) },
      clients: { class: 'iRule', iRule: iRule(listener) },
    },
  };
  // a tenant's name begins with a letter
  return `${JSON.stringify({ class: 'ADC', schemaVersion: '3.25.0', id: name, [name.replaceAll('-', '_').replace(/^\d/, 't$&')]: tenant }, null, 2)}\n`;
}

function onBigIp(path: string): { readonly bigip: string } {
  return { bigip: path.startsWith('/') ? path : `/Common/${path}` };
}
