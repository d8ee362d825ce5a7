import { EgressIntent } from '../../src/intent/intent';
import { RouteIntent } from '../../src/intent/route';
import { admission, clientLeg, clientSecuring, crossings } from '../../src/plan/path';

const EGRESS: EgressIntent = {
  path: 'chart/mongo', namespace: 'bookinfo', clients: ['bookinfo'], protocol: 'TLS', hosts: ['mongo.example.com'], addresses: [], ports: [27018],
};
const ROUTE: RouteIntent = {
  path: 'chart/route',
  egress: EGRESS,
  gateway: { namespace: 'istio-system', service: 'out', host: 'out.istio-system.svc.cluster.local', labels: { app: 'out' }, identity: 'spiffe://td/ns/istio-system/sa/out', port: 443 },
  hop: { security: 'mutual-tls', port: 443 },
};

test.each<[string, Partial<EgressIntent>, object]>([
  ['a TLS host by DNS', {}, { by: 'dns' }],
  ['a TLS host by addresses', { addresses: ['203.0.113.1'] }, { by: 'addresses', addresses: ['203.0.113.1'] }],
  ['a TCP host where the application dialled', { protocol: 'TCP', addresses: ['203.0.113.0/24'] }, { by: 'dialled' }],
  ['a TCP host at any address by DNS', { protocol: 'TCP' }, { by: 'dns' }],
])('directly reaches %s', (_, props, reach) => {
  expect(clientLeg({ ...EGRESS, ...props }).reach).toEqual(reach);
});

test('a route changes nothing of the client leg but where it leads', () => {
  const { reach, ...direct } = clientLeg(EGRESS);
  const { reach: to, ...routed } = clientLeg(EGRESS, ROUTE);
  expect(routed).toEqual(direct);
  expect([reach, to]).toEqual([{ by: 'dns' }, { by: 'name', name: 'out.istio-system.svc.cluster.local', port: 443 }]);
});

test('what the client leg says as SNI opens the door, and the door leads to the outer leg', () => {
  const egress = { ...EGRESS, hosts: ['a.example.com', 'b.example.com'], ports: [1, 2] };
  const route = { ...ROUTE, egress };
  const doors = crossings(route);
  expect(doors).toHaveLength(4);
  for (const host of egress.hosts) {
    for (const { number, security } of clientSecuring(egress, host, route).ports) {
      const [door, ...more] = doors.filter(crossing => security.by === 'mesh-mutual-tls' && crossing.door.host === security.sni);
      expect(more).toEqual([]);
      expect(door.door.next).toEqual({ host: door.outer.hosts[0], port: door.outer.ports[0].number });
      expect(door.outer.reach).toEqual({ by: 'name', name: host, port: number });
    }
  }
  expect(new Set(doors.map(({ name }) => name)).size).toBe(4);
});

test('admission is for the clients of a hop that knows them', () => {
  expect(admission(ROUTE)).toEqual({ domain: 'bookinfo.egress.internal', clients: ['bookinfo'] });
  expect(admission({ ...ROUTE, egress: { ...EGRESS, clients: ['*'] } })).toBeUndefined();
  expect(admission({ ...ROUTE, hop: { security: 'passthrough', port: 443 } })).toBeUndefined();
});
