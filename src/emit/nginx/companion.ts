import { hash } from 'crypto';
import { resolver, RESOLVER_FILE, SOCKETS } from './configuration';
import { SniProxyIntent } from '../../intent/sni-proxy';
import { ResourcesIntent } from '../../intent/workload';
import { Companion, contained } from '../kubernetes/deployment';

const CONFIGURATION = '/etc/sni';

/** Seconds for which Istio's proxy drains before nginx may go. */
const DRAIN = '5';

/** The nginx container beside a gateway's proxy. */
export function nginxCompanion(
  configMap: string, image: string, resources: ResourcesIntent, proxy: SniProxyIntent, configuration: string,
): Companion {
  const sockets = { name: 'sni-sockets', mountPath: SOCKETS };
  return {
    podAnnotations: { 'checksum/nginx.conf': hash('sha256', configuration).slice(0, 16) },
    container: {
      name: 'sni-proxy',
      image,
      command: ['sh', '-ec', start(proxy)],
      ...contained(resources),
      volumeMounts: [{ name: 'sni-configuration', mountPath: CONFIGURATION, readOnly: true }, sockets],
      readinessProbe: { exec: { command: ['sh', '-c', `kill -0 "$(cat ${SOCKETS}/nginx.pid)"`] } },
      lifecycle: { preStop: { exec: { command: ['sleep', DRAIN] } } },
    },
    volumes: [{ name: 'sni-configuration', configMap: { name: configMap } }, { name: 'sni-sockets', emptyDir: {} }],
    proxyVolumeMounts: [sockets],
  };
}

/** nginx does not remove the sockets of one that was killed, and cannot listen on them. */
function start(proxy: SniProxyIntent): string {
  const addresses = '$1 == "nameserver" { all = all " " ($2 ~ /:/ ? "[" $2 "]" : $2) }';
  return [
    `rm -f ${SOCKETS}/*.sock`,
    ...(proxy.resolver === undefined ? [`awk '${addresses} END { print "${resolver('" all "', proxy)}" }' /etc/resolv.conf > ${RESOLVER_FILE}`] : []),
    `exec nginx -e stderr -c ${CONFIGURATION}/nginx.conf`,
  ].join('\n');
}
