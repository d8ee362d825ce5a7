import { mkdtempSync, readdirSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { ApiObject, App, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import {
  EgressAudit, EgressGatewayRoute, EgressLockdown, ExternalProxy, GatewayHop, HttpEgress, SniProxy, SniProxyGateway, TcpEgress, TlsEgress,
  TlsOrigination, WorkloadIdentity,
} from '../../src';
import { AppIndex } from '../../src/app/app-index';
import { Backend, CrossingShape, ViewShape, HostShape, OriginationShape, ShareShape } from '../../src/emit/backend';
import { emit, Meta } from '../../src/emit/object';
import { describe as problemText, Problem, RelationProblem } from '../../src/intent/problem';
import { GatewayPlan, Plan, View, Way } from '../../src/plan/plan';
import { appOf, chartOf, gatewayOf } from '../support';

/** Writes an object of its own for all that it is handed, and keeps what that was. */
class Recorder implements Backend {
  public readonly clients: { shape: HostShape; meta: Meta; ways: () => readonly Way[] }[] = [];
  public readonly originated: { shape: OriginationShape; meta: Meta; way: () => Way }[] = [];
  public readonly shares: { shape: ShareShape; meta: Meta; way: () => Way }[] = [];
  public readonly divided: { host: string; meta: Meta; ways: () => readonly Way[] }[] = [];
  public readonly crossings: { shape: CrossingShape; meta: Meta; way: () => Way; gateway: () => GatewayPlan }[] = [];
  public readonly views: { namespace: string; view: () => View }[] = [];
  public readonly audited: { gateway: string; providers: readonly string[] }[] = [];
  public gateways: { meta: Meta; plan: Plan; gateway: GatewayPlan }[] = [];
  public asked: Plan[] = [];

  public constructor(private readonly cannot: (plan: Plan) => RelationProblem[] = () => []) {}

  public unsupported(plan: Plan) {
    this.asked.push(plan);
    return this.cannot(plan);
  }

  public client(scope: Construct, meta: Meta, shape: HostShape, ways: () => readonly Way[]) {
    this.clients.push({ shape, meta, ways });
    return [this.object(scope, `Client-${shape.host}`, meta)];
  }

  public origination(scope: Construct, meta: Meta, shape: OriginationShape, way: () => Way) {
    this.originated.push({ shape, meta, way });
    return [this.object(scope, `Origination-${shape.host}-${shape.port}`, meta)];
  }

  public share(scope: Construct, meta: Meta, shape: ShareShape, way: () => Way) {
    this.shares.push({ shape, meta, way });
    return [this.object(scope, `Share-${shape.host}-${shape.port}`, meta)];
  }

  public division(scope: Construct, meta: Meta, host: string, ways: () => readonly Way[]) {
    this.divided.push({ host, meta, ways });
    return this.object(scope, `Division-${host}`, meta);
  }

  public crossing(scope: Construct, meta: Meta, shape: CrossingShape, way: () => Way, gateway: () => GatewayPlan) {
    this.crossings.push({ shape, meta, way, gateway });
    return [this.object(scope, `Crossing-${shape.host}-${shape.port}`, meta)];
  }

  public gateway(scope: Construct, meta: Meta, plan: Plan, gateway: GatewayPlan) {
    this.gateways.push({ meta, plan, gateway });
    return [this.object(scope, 'Shared', meta)];
  }

  public view(scope: Construct, meta: Meta, { namespace }: ViewShape, view: () => View) {
    this.views.push({ namespace, view });
    return [this.object(scope, `Fence-${namespace}`, { ...meta, namespace })];
  }

  public audit(scope: Construct, meta: Meta, { namespace, service }: { namespace: string; service: string }, providers: readonly string[]) {
    this.audited.push({ gateway: `${namespace}/${service}`, providers });
    return this.object(scope, `Audit-${service}`, { ...meta, namespace });
  }

  private object(scope: Construct, id: string, meta: Meta): ApiObject {
    const [kind] = id.split('-');
    return emit(scope, id, { apiVersion: 'stub.example.com/v1', kind }, { ...meta, name: `${scope.node.path}-${id}`.toLowerCase().replace(/[^a-z0-9]+/g, '-') }, () => ({ stub: true }));
  }
}

/** An app of everything, written by a backend. */
function writtenBy(backend: Backend) {
  const app = appOf('bookinfo', new App({ outdir: mkdtempSync(join(tmpdir(), 'backend-')) }));
  AppIndex.of(app).backend = backend;
  const chart = chartOf('bookinfo', app);
  const gateway = gatewayOf(chart);
  const sni = new SniProxyGateway(chart, 'sni', { namespace: 'sni', proxy: SniProxy.envoy() });
  const mongo = new TlsEgress(chart, 'mongo', { hosts: ['b.example.com', 'a.example.com'], ports: [27018, 27019], labels: { team: 'books' } });
  const route = new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway, annotations: { note: 'x' } });
  const api = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], retries: 1 });
  new EgressGatewayRoute(chart, 'api-route', { egress: api, gateway, hop: GatewayHop.http() });
  const silent = new HttpEgress(chart, 'silent', { hosts: ['silent.example.com'] });
  new EgressGatewayRoute(chart, 'silent-route', { egress: silent, gateway, hop: GatewayHop.http(), tlsOrigination: TlsOrigination.simple() });
  new HttpEgress(chart, 'partner', {
    hosts: ['partner.example.com'], addresses: ['203.0.113.1'], ports: [80, 8080], tlsOrigination: TlsOrigination.simple({ workloadSelector: { app: 'a' } }),
  });
  new EgressGatewayRoute(chart, 'all-route', { egress: new TlsEgress(chart, 'all', { hosts: ['*.example.org'] }), gateway: sni });
  new TcpEgress(chart, 'any', { host: 'any.example.com', anyAddress: true, port: 587, exportTo: ['web'] });
  new ExternalProxy(chart, 'proxy', {
    host: 'proxy.example.com', addresses: ['192.0.2.7'], port: 9000, identity: WorkloadIdentity.serviceAccount('edge', 'p'), allowFrom: [WorkloadIdentity.nobody()],
  });
  new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway, sni] });
  new EgressAudit(chart, 'audit', { gateways: [gateway] });
  return { app, chart, mongo, route };
}

describe('a backend', () => {
  const backend = new Recorder();
  const { app, chart, mongo, route } = writtenBy(backend);
  const documents = Testing.synth(chart);
  const plan = AppIndex.of(app).plan();
  afterAll(() => rmSync(app.outdir, { recursive: true }));

  test('is handed every way of the plan, of each host its ways by port', () => {
    expect(backend.clients.flatMap(({ ways }) => ways())).toHaveLength(plan.ways.length);
    expect(new Set(backend.clients.flatMap(({ ways }) => ways()))).toEqual(new Set(plan.ways));
    for (const { shape, ways } of backend.clients) {
      expect(ways().map(({ host }) => host)).toEqual(ways().map(() => shape.host));
    }
    const { ways: byPort } = backend.clients.find(({ shape }) => shape.host === 'a.example.com')!;
    expect(byPort().map(({ port }) => port)).toEqual([27018, 27019]);
  });

  test('is told of a host what is known when it is declared', () => {
    expect(backend.clients.filter(({ shape: { addressed } }) => addressed).map(({ shape }) => shape.host)).toEqual(['any.example.com']);
    expect(backend.clients.find(({ shape }) => shape.host === 'a.example.com')!.meta).toMatchObject({ namespace: 'bookinfo', labels: { team: 'books' } });
  });

  test('is asked for the TLS of each port that sidecars originate', () => {
    expect(backend.originated.map(({ shape }) => shape)).toEqual([80, 8080].map(port => ({ host: 'partner.example.com', port, others: true })));
    expect(backend.originated.map(({ way }) => way())).toEqual(plan.ways.filter(({ legs: [{ security }] }) => security.by === 'tls'));
    expect(backend.clients.filter(({ shape }) => !shape.led).map(({ shape }) => shape.host).sort()).toEqual(['*.example.org', 'a.example.com', 'b.example.com']);
  });

  test('is asked for the share of each port, and for what divides where the application speaks TLS, in the namespace of the egress', () => {
    const recorder = new Recorder();
    const one = chartOf('platform');
    AppIndex.of(one).backend = recorder;
    const site = new TlsEgress(one, 'site', { hosts: ['site.example.com'], httpPorts: [80], namespace: 'bookinfo' });
    site.through(gatewayOf(one), { weight: 10, labels: { team: 'books' } });
    new HttpEgress(one, 'api', { hosts: ['api.example.com'] }).through(gatewayOf(one, 'again'), { weight: 20 });
    new TlsEgress(one, 'db', { hosts: ['db.example.com'], port: 27018, namespace: 'bookinfo' })
      .through(gatewayOf(one, 'third'), { weight: 30, labels: { team: 'books' } });
    const { ways } = AppIndex.of(one).plan();
    expect(recorder.shares.map(({ shape: { host, port }, meta: { namespace } }) => [host, port, namespace]))
      .toEqual([['site.example.com', 80, 'bookinfo'], ['site.example.com', 443, 'bookinfo'], ['api.example.com', 80, 'platform'], ['db.example.com', 27018, 'bookinfo']]);
    expect(new Set(recorder.shares.map(({ way }) => way()))).toEqual(new Set(ways));
    expect(recorder.divided.map(({ host, meta: { namespace, labels } }) => [host, namespace, labels])).toEqual([['db.example.com', 'bookinfo', { team: 'books' }]]);
    expect(recorder.divided[0].ways()).toEqual(ways.filter(({ host }) => host === 'db.example.com'));
  });

  test('is handed every door with its gateway, in the gateway\'s namespace', () => {
    const doors = plan.gateways.flatMap(gateway => gateway.doors);
    expect(new Set(backend.crossings.map(({ way }) => way().legs[0].door))).toEqual(new Set(doors));
    expect(backend.crossings).toHaveLength(doors.length);
    for (const { shape, meta, way, gateway } of backend.crossings) {
      expect([shape.host, shape.port]).toEqual([way().host, way().port]);
      expect(gateway().name).toBe(way().legs[0].door!.gateway);
      expect(meta.namespace).toBe(gateway().namespace);
    }
    for (const { shape, way, gateway } of backend.crossings) {
      const [, { reach, security, tunnel, connections, tellsCaller }] = way().legs;
      expect(shape.secured).toBe(security.by !== 'nothing' || tunnel !== undefined || connections !== undefined || tellsCaller === true);
      expect(shape.sniProxy).toBe(reach.to === 'sni-proxy' && gateway().sniProxy!.program === 'envoy');
    }
    expect(backend.crossings.map(({ shape: { host, secured, sniProxy } }) => [host, secured, sniProxy])).toEqual([
      ...['a', 'a', 'b', 'b', 'api'].map(host => [`${host}.example.com`, false, false]), ['silent.example.com', true, false], ['*.example.org', true, true],
    ]);
  });

  test('is handed each gateway once it is known who uses it, and once a plan', () => {
    const names = plan.gateways.map(({ name }) => name);
    expect(names).toEqual(['istio-system/istio-egressgateway', 'sni/sni-proxy-gateway']);
    expect(backend.gateways.map(({ gateway }) => gateway.name)).toEqual(names);
    expect(backend.gateways.map(({ gateway }) => gateway)).toEqual(plan.gateways);
    backend.gateways = [];
    expect(Testing.synth(chart)).toEqual(documents);
    expect(backend.gateways.map(({ gateway }) => gateway.name)).toEqual([]);
  });

  test('is handed the fences and what audits log to', () => {
    expect(backend.views.map(({ namespace, view }) => [namespace, view()])).toEqual([['bookinfo', plan.fences[0]]]);
    expect(backend.audited).toEqual([{ gateway: 'istio-system/istio-egressgateway', providers: ['egress-audit'] }]);
  });

  test('writes all that is said in an API, and nothing of Istio\'s is written beside it', () => {
    expect(documents.filter(({ apiVersion }) => apiVersion.includes('istio.io'))).toEqual([]);
    const count = (kind: string) => documents.filter(document => document.kind === kind).length;
    expect(['Client', 'Origination', 'Crossing', 'Shared', 'Fence', 'Audit'].map(count)).toEqual([8, 2, 7, 2, 1, 1]);
    expect(documents.find(({ kind }) => kind === 'NetworkPolicy')).toBeDefined();
  });

  test('gives a construct the objects that it has for patches', () => {
    expect(mongo.objects.map(({ kind }) => kind)).toEqual(['Client', 'Client']);
    expect(route.objects.map(({ kind }) => kind)).toEqual(['Crossing', 'Crossing', 'Crossing', 'Crossing']);
    expect(() => mongo.serviceEntry('a.example.com')).toThrow('[bookinfo/mongo] unknown-object: there is no ServiceEntry of a.example.com');
  });
});

test('what a backend cannot say is an error at synth, at the construct that said it or at the app, and nothing is written', () => {
  const backend = new Recorder(({ ways, gateways }) => [
    ...ways.filter(({ spoken }) => spoken === 'tcp').map(({ egress, host }) => ({ path: egress, text: problemText(Problem.TOO_MANY, `${host} is TCP`, 'say it otherwise') })),
    { path: gateways[0].name, text: problemText(Problem.TOO_MANY, 'a gateway is too much', 'leave it out') },
  ]);
  const { app } = writtenBy(backend);
  expect(() => app.synth()).toThrow('[bookinfo/any] too-many: any.example.com is TCP; say it otherwise');
  expect(() => app.synth()).toThrow('[bookinfo/proxy] too-many: proxy.example.com is TCP; say it otherwise');
  expect(() => app.synth()).toThrow('istio-system/istio-egressgateway: too-many: a gateway is too much; leave it out');
  expect(backend.asked[0]).toEqual(AppIndex.of(app).plan());
  expect(readdirSync(app.outdir)).toEqual([]);
  rmSync(app.outdir, { recursive: true });
});
