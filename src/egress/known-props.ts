import type { ConnectionOptions } from './connection-options';
import type { EgressOptions } from './egress';
import type { ForwardProxyOptions } from './forward-proxy';
import type { HttpEgressProps } from './http-egress';
import type { RequestOptions } from './request-options';
import type { TcpEgressProps } from './tcp-egress';
import type { TlsEgressProps } from './tls-egress';
import type { ClientCertificateFiles, ClientCertificateOptions, MutualTlsOptions, SimpleTlsOptions, TlsOriginationOptions } from './tls-origination';
import type { Keys } from '../intent/known';

export const CONNECTION_OPTIONS: Keys<ConnectionOptions> = {
  maxConnections: true, connectTimeout: true, consecutive5xxErrors: true, interval: true, baseEjectionTime: true, maxEjectionPercent: true,
};

export const REQUEST_OPTIONS: Keys<RequestOptions> = { maxRequests: true, timeout: true, retries: true, perTryTimeout: true, retryOn: true };

export const EGRESS_OPTIONS: Keys<EgressOptions> = { ...CONNECTION_OPTIONS, namespace: true, exportTo: true, labels: true, annotations: true };

export const TCP_EGRESS: Keys<TcpEgressProps> = {
  ...EGRESS_OPTIONS, host: true, addresses: true, anyAddress: true, port: true, ports: true, protocol: true, tlsOrigination: true, forwardProxy: true,
};

export const TLS_EGRESS: Keys<TlsEgressProps> = {
  ...EGRESS_OPTIONS, hosts: true, addresses: true, resolution: true, port: true, ports: true, httpPorts: true, forwardProxy: true,
};

export const HTTP_EGRESS: Keys<HttpEgressProps> = {
  ...EGRESS_OPTIONS, ...REQUEST_OPTIONS, hosts: true, addresses: true, port: true, ports: true, protocol: true, tlsOrigination: true,
};

export const FORWARD_PROXY: Keys<ForwardProxyOptions> = { host: true, port: true, addresses: true, tlsOrigination: true };

export const TLS_ORIGINATION_OPTIONS: Keys<TlsOriginationOptions> = {
  port: true, sni: true, subjectAltNames: true, insecureSkipVerify: true, workloadSelector: true, serviceAccount: true,
};

export const SIMPLE_TLS: Keys<SimpleTlsOptions> = { ...TLS_ORIGINATION_OPTIONS, caCertificates: true };

export const MUTUAL_TLS: Keys<MutualTlsOptions> = { ...TLS_ORIGINATION_OPTIONS, clientCertificate: true };

export const CLIENT_CERTIFICATE: Keys<ClientCertificateOptions> = { sharedByNamespaces: true };

export const CLIENT_CERTIFICATE_FILES: Keys<ClientCertificateFiles> = {
  ...CLIENT_CERTIFICATE, clientCertificate: true, privateKey: true, caCertificates: true,
};
