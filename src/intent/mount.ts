/** A folder of the proxy's container whose files are the keys of a Secret or ConfigMap. */
export interface MountIntent {
  readonly kind: 'secret' | 'configMap';

  /** Name of the Secret or ConfigMap, in the gateway's namespace. */
  readonly name: string;

  /** Absolute path of the folder. */
  readonly mountPath: string;
}

/** Folders that Istio's template for gateways mounts, and that of the SNI proxy's sockets. */
export const OWN_MOUNTS = [
  '/etc/istio/pod', '/etc/istio/proxy', '/var/lib/istio/data', '/var/run/secrets', '/var/run/sni',
];

/** Folders whose files are there without a mount of the user: those above, and the certificates of the image. */
const PRESENT = [...OWN_MOUNTS, '/etc/ssl'];

/** True where one folder is the other, or in it. */
export function overlap(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** Whether a proxy with these mounts has the file. A Secret or ConfigMap has no folders in it. */
export function isMounted(file: string, mounts: readonly MountIntent[]): boolean {
  return PRESENT.some(folder => file.startsWith(`${folder}/`)) || mounts.some(({ mountPath }) => file.slice(0, file.lastIndexOf('/')) === mountPath);
}
