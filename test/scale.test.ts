import { ApiObject } from 'cdk8s';
import { EgressLockdown, GatewayHop, HttpEgress, TcpEgress, TlsEgress, WorkloadIdentity } from '../src';
import { chartOf, gatewayOf } from './support';
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
