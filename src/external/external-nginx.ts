import { ExternalProxy } from './external-proxy';
import { ExternalSniProxy } from './external-sni-proxy';
import { externalListener, filePath, named, place, valuesOf } from './external-values';
import { EXTERNAL_NGINX, EXTERNAL_NGINX_SNI } from './known-props';
import { ProxyFiles, ProxyUpstream } from './proxy-files';
import { CLIENT_URI } from '../emit/nginx/client-uri';
import { configuration } from '../emit/nginx/external-proxy';
import { SniProxyOptions } from '../gateway/sni-proxy';
import { Values } from '../intent/values';

/** What every nginx outside has. */
export interface ExternalNginxFiles extends ProxyFiles {
  /** Path of the file that holds what `ExternalNginx.script` gives. */
  readonly script: string;

  /**
   * Paths of dynamic modules to load, relative to nginx's prefix or absolute. njs is a must; Debian's nginx loads the stream module
   * too, as `modules/ngx_stream_module.so` before it; an empty list where nginx was built with both.
   *
   * @default ['modules/ngx_stream_js_module.so']
   */
  readonly modules?: string[];
}

/** What an nginx outside has, and where it leads. */
export interface ExternalNginxOptions extends ExternalNginxFiles, ProxyUpstream {}

/** What an nginx outside has that is an SNI proxy. It must be given a `resolver`. */
export interface ExternalNginxSniOptions extends ExternalNginxFiles, SniProxyOptions {}

/**
 * Configuration of an nginx outside the mesh that lets in only the workloads that `allowFrom` names: a whole `nginx.conf`, and a script for
 * njs beside it.
 *
 * Whoever has no certificate of the mesh, or one whose only URI is not on the list, is refused after the handshake: nginx has opened no
 * connection for it and sends it no byte. No session is resumed. nginx by itself cannot check a URI, so the script reads it out of the
 * certificate. njs is in nginx's images and is Debian's `libnginx-mod-stream-js`; tried with nginx 1.22 and njs 0.7.
 *
 * @see https://nginx.org/en/docs/stream/ngx_stream_js_module.html
 */
export class ExternalNginx {
  /** The script for njs: the same for every proxy. */
  public static script(): string {
    return CLIENT_URI;
  }

  /** Leads those whom it lets in to one place. */
  public static configuration(proxy: ExternalProxy, options: ExternalNginxOptions): string {
    const values = valuesOf(proxy, 'an ExternalProxy; an ExternalSniProxy has sniConfiguration', one => one instanceof ExternalProxy);
    values.known('ExternalNginx.configuration', options, EXTERNAL_NGINX);
    return configuration(externalListener(values, proxy.requirements, options), place(values, options), filesOf(values, options));
  }

  /**
   * Leads those whom it lets in to the hosts that their TLS names: any host of `hosts` on its port, and nothing else.
   *
   * nginx cannot look at the address that a name resolves to: keep the machine from private addresses by a firewall, or whoever owns
   * a name under a wildcard of yours leads your workloads to them.
   */
  public static sniConfiguration(proxy: ExternalSniProxy, options: ExternalNginxSniOptions): string {
    const values = valuesOf(proxy, 'an ExternalSniProxy; an ExternalProxy has configuration', one => one instanceof ExternalSniProxy);
    values.known('ExternalNginx.sniConfiguration', options, EXTERNAL_NGINX_SNI);
    values.required('resolver', options.resolver);
    return configuration(externalListener(values, proxy.requirements, options), named(values, 'nginx', proxy.requirements, options), filesOf(values, options));
  }

  private constructor() {}
}

function filesOf(values: Values, { script, modules = ['modules/ngx_stream_js_module.so'] }: ExternalNginxFiles) {
  return {
    script: filePath(values, 'script', script),
    modules: values.listOrNone('modules', modules, (prop, path) => path.startsWith('/') ? filePath(values, prop, path) : filePath(values, prop, `/${path}`).slice(1)),
  };
}
