import type { BigIpOptions } from './big-ip';
import type { ExternalEnvoyOptions, ExternalEnvoySniOptions } from './external-envoy';
import type { ExternalNginxFiles, ExternalNginxOptions, ExternalNginxSniOptions } from './external-nginx';
import type { ExternalProxyProps } from './external-proxy';
import type { ExternalProxyOptions } from './external-proxy-options';
import type { ExternalSniProxyProps } from './external-sni-proxy';
import type { ProxyFiles, ProxyUpstream } from './proxy-files';
import { EGRESS_OPTIONS } from '../egress/known-props';
import { SNI_PROXY } from '../gateway/known-props';
import type { Keys } from '../intent/known';

const EXTERNAL_PROXY_OPTIONS: Keys<ExternalProxyOptions> = { ...EGRESS_OPTIONS, addresses: true, identity: true, allowFrom: true, trustDomain: true };

export const EXTERNAL_PROXY: Keys<ExternalProxyProps> = { ...EXTERNAL_PROXY_OPTIONS, host: true, port: true };

export const EXTERNAL_SNI_PROXY: Keys<ExternalSniProxyProps> = { ...EXTERNAL_PROXY_OPTIONS, hosts: true, port: true, proxyPort: true };

const PROXY_FILES: Keys<ProxyFiles> = { certificate: true, key: true, trustBundle: true };

const PROXY_UPSTREAM: Keys<ProxyUpstream> = { upstreamHost: true, upstreamPort: true };

const EXTERNAL_NGINX_FILES: Keys<ExternalNginxFiles> = { ...PROXY_FILES, script: true, modules: true };

export const EXTERNAL_ENVOY: Keys<ExternalEnvoyOptions> = { ...PROXY_FILES, ...PROXY_UPSTREAM };

export const EXTERNAL_ENVOY_SNI: Keys<ExternalEnvoySniOptions> = { ...PROXY_FILES, ...SNI_PROXY, deniedRanges: true, allowedRanges: true };

export const EXTERNAL_NGINX: Keys<ExternalNginxOptions> = { ...EXTERNAL_NGINX_FILES, ...PROXY_UPSTREAM };

export const EXTERNAL_NGINX_SNI: Keys<ExternalNginxSniOptions> = { ...EXTERNAL_NGINX_FILES, ...SNI_PROXY };

export const BIG_IP: Keys<BigIpOptions> = { pool: true, certificate: true, key: true, trustBundle: true };
