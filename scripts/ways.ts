/* What the scripts that write cases for the lab know in common: an app's manifests, and the ways that its calls must take. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, YamlOutputType } from 'cdk8s';
import { EgressApp, EgressWay, EgressWays } from '../src';

/** A pod of a service account. */
export interface Caller { readonly namespace: string; readonly serviceAccount: string }

/** What an application dials. */
export interface Target { readonly host: string; readonly port: number; readonly protocol: string; readonly method?: string; readonly path?: string }

export type Build = (app: App) => void;

/** What an app has come to. */
export interface State { readonly ways: readonly EgressWay[]; readonly yaml: string }

/** An app of this name, synthesized. */
export function stateOf(name: string, build: Build): State {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  const app = new App({ outdir, yamlOutputType: YamlOutputType.FILE_PER_APP });
  EgressApp.configure(app, { name });
  build(app);
  app.synth();
  const files = readdirSync(outdir).filter(file => file.endsWith('.k8s.yaml')).sort();
  const yaml = files.map(file => readFileSync(join(outdir, file), 'utf8')).join('---\n');
  rmSync(outdir, { recursive: true });
  return { ways: EgressWays.of(app), yaml };
}

export const uri = ({ namespace, serviceAccount }: Caller) => `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`;

/** Whether one of these patterns, of callers or paths, is met. */
const meets = (value: string, patterns: readonly string[]) =>
  patterns.some(pattern => pattern === value || pattern.endsWith('/*') && value.startsWith(pattern.slice(0, -1)));

/** Whether a way lets a caller's request through. */
export function admits(way: EgressWay, caller: Caller, { method = 'GET', path = '/' }: Target): boolean {
  const { clients, allowedFrom, allowedRequests } = way;
  if (!clients.includes('*') && !clients.includes(caller.namespace)) return false;
  if (allowedFrom && !meets(uri(caller), allowedFrom)) return false;
  return !allowedRequests || allowedRequests.some(({ from, methods, paths }) =>
    (!from || meets(uri(caller), from)) && (!methods || methods.includes(method)) && (!paths || meets(path, paths)));
}

/** What a gateway must see of a call. */
export function crossing({ gateway, gatewayPort, hop, sni }: EgressWay, caller: Caller, target: Target) {
  const encrypted = target.protocol === 'tls';
  return {
    gateway,
    port: gatewayPort,
    hop,
    ...(sni === undefined ? encrypted ? {} : { sni: null } : { sni: sni.startsWith('*.') ? target.host : sni }),
    identity: hop === 'mutual-tls' ? uri(caller) : null,
  };
}

/** The server that a way ends at: it is called by the first label of its name. */
export function end(way: EgressWay, target: Target) {
  const { hostingServer: host = target.host } = way;
  return { server: host.split('.')[0], port: way.targetPort ?? way.port, source: way.gateway ? 'gateway' : 'pod' };
}

/** Whether a way is one of a target's. */
export const leadsTo = ({ host, port }: EgressWay, target: Target) => port === target.port
  && (host.startsWith('*.') ? target.host.endsWith(host.slice(1)) : host === target.host);

/** The ways of an app that a caller's connection or request to a target may take, hop after hop. */
export function waysOf(ways: readonly EgressWay[], caller: Caller, target: Target): object[][] {
  return ways.filter(one => leadsTo(one, target) && admits(one, caller, target))
    .map(way => [{ sidecar: caller.namespace }, ...(way.gateway ? [crossing(way, caller, target)] : []), end(way, target)]);
}

/** A server of the outside, under one name of a domain. */
export function server(name: string, address: string, ports: { [port: number]: string }, domain = 'example.com') {
  const listening = Object.entries(ports).map(([port, protocol]) => ({ port: Number(port), protocol }));
  return { name, hosts: [`${name}.${domain}`], addresses: [address], ports: listening };
}
