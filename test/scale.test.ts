import { ApiObject, App, Chart } from 'cdk8s';
import { EgressLockdown, GatewayHop, HttpEgress, TcpEgress, TlsEgress, WorkloadIdentity } from '../src';
import { appOf, chartOf, gatewayOf } from './support';
import { AppIndex } from '../src/app/app-index';

test('what is handed out to be patched plans nothing, and has the name that it has when that is read', () => {
  const chart = chartOf();
  const gateway = gatewayOf(chart);
  const route = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], exportTo: ['.', 'orders'] }).through(gateway);
  const planned = () => (AppIndex.of(chart) as any).planned !== undefined;
  const door = route.gateway();
  door.metadata.addAnnotation('note', 'x');
  expect([route.objects.length, planned()]).toEqual([3, false]);
  const before = door.name;
  expect([before, planned()]).toEqual([expect.stringMatching(/^bookinfo-mongo-example-com-443-/), true]);
  route.allowFrom(WorkloadIdentity.namespace('orders'));
  expect(door.name).not.toBe(before);
  expect([door.name, door.metadata.name]).toEqual(Array(2).fill(door.toJson().metadata.name));
});

test('constructs begin with the same children, whatever they are for', () => {
  const chart = chartOf();
  const gateway = gatewayOf(chart);
  const names = (n: number) => [`a${n}.example.com`, `b${n}.example.com`];
  for (let n = 1; n <= 20; n++) {
    new TlsEgress(chart, `tls${n}`, { hosts: names(n) });
    new TlsEgress(chart, `led${n}`, { hosts: names(100 + n), ports: [443, 8000 + n] }).through(gateway);
    new HttpEgress(chart, `http${n}`, { hosts: names(200 + n) }).through(gateway, { hop: GatewayHop.http() });
    new TcpEgress(chart, `tcp${n}`, { host: `c${n}.example.com`, addresses: [`203.0.113.${n}`], port: 5000 + n }).through(gateway);
    new EgressLockdown(chart, `lockdown${n}`, { namespaces: [`ns${n}`], gateways: [gateway] });
  }
  const first = chart.node.findAll().map(({ node }) => node.children[0]).filter(ApiObject.isApiObject).map(({ node }) => node.id);
  expect([...new Set(first)].sort()).toEqual(['Gateway', 'NetworkPolicy', 'ServiceEntry']);
});

test('a lockdown of 2,000 namespaces costs as its objects do', () => {
  const namespaces = Array.from({ length: 2000 }, (_, n) => `ns${n}`);
  const lockdown = () => {
    const chart = chartOf('platform', appOf('shop', new App()));
    const gateway = gatewayOf(chart);
    new TlsEgress(chart, 'api', { hosts: ['api.example.com'], exportTo: namespaces }).through(gateway);
    new TcpEgress(chart, 'db', { host: 'db.example.com', addresses: ['203.0.113.10'], port: 5432, exportTo: namespaces });
    new EgressLockdown(chart, 'lockdown', { namespaces, gateways: [gateway] });
    return chart;
  };
  const documents = lockdown().toJson();
  const raw = () => {
    const chart = new Chart(new App(), 'raw');
    documents.forEach((document: any, n: number) => new ApiObject(chart, `object${n}`, document));
    return chart;
  };
  const spent = (build: () => Chart) => Math.min(...Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    build().toJson();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  }));
  expect(documents.length).toBeGreaterThan(4000);
  expect(spent(lockdown) / spent(raw)).toBeLessThan(5);
});
