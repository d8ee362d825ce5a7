import { App, Chart, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressApp, EgressGateway, ExistingEgressGateway } from '../src';

/** An app with a name, as all that lead something through a gateway have. */
export function appOf(name = 'bookinfo', app: App = Testing.app()): App {
  EgressApp.configure(app, { name });
  return app;
}

export function chartOf(namespace = 'bookinfo', app: App = appOf()): Chart {
  return new Chart(app, namespace, { namespace });
}

export function gatewayOf(scope: Construct, id = 'gateway', service = 'istio-egressgateway'): ExistingEgressGateway {
  return EgressGateway.fromService(scope, id, {
    namespace: 'istio-system',
    service,
    selector: { istio: 'egressgateway' },
    serviceAccount: 'istio-egressgateway-service-account',
  });
}

/** What a sidecar takes off requests that go on as its own: what tells of the caller. */
export const SILENT = {
  headers: { request: { remove: ['x-envoy-attempt-count', 'x-envoy-decorator-operation', 'x-envoy-peer-metadata', 'x-envoy-peer-metadata-id'] } },
};

/** The documents of a kind that a chart writes. */
export function documents(chart: Chart, kind: string): any[] {
  return Testing.synth(chart).filter(document => document.kind === kind);
}

/** The name that opens the door of a Gateway. */
export function ownNameOf(gateway: any): string {
  const [host, ...more] = gateway.spec.servers.flatMap(({ hosts }: any) => hosts);
  expect(more).toEqual([]);
  expect(host).toMatch(/^\.\//);
  return host.slice(2);
}

/** A request as the VirtualService of a door sees it. */
export interface Seen {
  readonly method: string;
  readonly path: string;

  /** `x-forwarded-client-cert` as the gateway writes it. */
  readonly certificate: string;
}

/** `x-forwarded-client-cert` as a gateway of Istio writes it of a workload's certificate, with the certificate itself. */
export function certificateOf(uri: string, subject = ''): string {
  return `By=spiffe://cluster.local/ns/istio-system/sa/istio-egressgateway-service-account;Hash=${'0a'.repeat(32)};Cert="-----BEGIN%20CERTIFICATE-----%0A";Subject="${subject}";URI=${uri}`;
}

/** Whether the routes of a VirtualService lead a request on, as Istio and Envoy read them: the first match decides, and expressions match the whole. */
export function leadsOn({ http }: any, { method, path, certificate }: Seen): boolean {
  const says = (match: any, value: string) => match === undefined || (match.exact !== undefined ? match.exact === value
    : match.prefix !== undefined ? value.startsWith(match.prefix) : new RegExp(`^(?:${match.regex})$`).test(value));
  const taken = http.find(({ match }: any) => match === undefined || match.some((one: any) => {
    expect(Object.keys(one).filter(key => !['method', 'uri', 'headers'].includes(key))).toEqual([]);
    return says(one.method, method) && says(one.uri, path) && says(one.headers?.['x-forwarded-client-cert'], certificate);
  }));
  expect(taken).toBeDefined();
  return taken.route !== undefined;
}

/** The only document of a kind that a chart writes, in one namespace if it is named. */
export function theDocument(chart: Chart, kind: string, namespace?: string): any {
  const found = documents(chart, kind).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  expect(found).toHaveLength(1);
  return found[0];
}
