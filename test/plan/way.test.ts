import { EGRESS, GATEWAY, ROUTE } from './told';
import { EgressIntent } from '../../src/intent/egress';
import { OriginationIntent } from '../../src/intent/origination';
import { RouteIntent } from '../../src/intent/route';
import { Leg, Reach, Taken, Way } from '../../src/plan/plan';
import { waysOf } from '../../src/plan/way';

const TCP: Partial<EgressIntent> = { protocol: 'TCP', hosts: ['ledger.example.com'], addresses: ['203.0.113.1'], ports: [5432] };
const HTTP: Partial<EgressIntent> = { protocol: 'HTTP', hosts: ['api.example.com'], ports: [80] };
const SIMPLE: OriginationIntent = { verified: true, mutual: false, certificates: { from: 'files', caCertificates: 'system' } };
const PROXY = { host: 'proxy.corp.example', addresses: [], port: 3128 };

const direct = (props: Partial<EgressIntent> = {}) => waysOf({ ...EGRESS, ...props }, undefined, undefined, undefined).ways;
const routed = (props: Partial<RouteIntent> = {}, egress: Partial<EgressIntent> = {}, app = 'bookinfo') => {
  const route = { ...ROUTE, ...props, egress: { ...EGRESS, ...egress } };
  return waysOf(route.egress, route, undefined, app).ways;
};
const legs = ([{ legs: all }]: Way[]) => all as readonly Leg[];

describe('a direct egress', () => {
  test.each<[string, Partial<EgressIntent>, Taken, Reach]>([
    ['a TLS host by DNS', {}, { by: 'name' }, { to: 'name', name: 'mongo.example.com', port: 27018 }],
    ['a TLS host by addresses', { addresses: ['203.0.113.1'] }, { by: 'name' }, { to: 'addresses', addresses: ['203.0.113.1'], port: 27018 }],
    ['a TCP host where the application dialled', { ...TCP, addresses: ['203.0.113.0/24'] }, { by: 'addresses', addresses: ['203.0.113.0/24'] }, { to: 'dialled', port: 5432 }],
    ['a TCP host at any address by DNS', { ...TCP, addresses: [] }, { by: 'port' }, { to: 'name', name: 'ledger.example.com', port: 5432 }],
    ['a wildcard where the application dialled', { hosts: ['*.example.com'], wildcardResolution: 'NONE' }, { by: 'name' }, { to: 'dialled', port: 27018 }],
    ['a wildcard wherever its name leads', { hosts: ['*.example.com'], wildcardResolution: 'DYNAMIC_DNS' }, { by: 'name' }, { to: 'sent-name', port: 27018 }],
    ['a wildcard by addresses', { hosts: ['*.example.com'], addresses: ['203.0.113.1'] }, { by: 'name' }, { to: 'addresses', addresses: ['203.0.113.1'], port: 27018 }],
    ['443 in place of 80 where it originates TLS', { ...HTTP, tlsOrigination: SIMPLE }, { by: 'name' }, { to: 'name', name: 'api.example.com', port: 443 }],
    ['another port where it originates TLS, and not where the application dialled', { ...TCP, tlsOrigination: { ...SIMPLE, port: 6432 } },
      { by: 'addresses', addresses: ['203.0.113.1'] }, { to: 'addresses', addresses: ['203.0.113.1'], port: 6432 }],
    ['a forward proxy by DNS', { forwardProxy: PROXY }, { by: 'name' }, { to: 'name', name: 'proxy.corp.example', port: 3128 }],
    ['a forward proxy by addresses', { forwardProxy: { ...PROXY, addresses: ['198.51.100.1'] } }, { by: 'name' }, { to: 'addresses', addresses: ['198.51.100.1'], port: 3128 }],
    ['a proxy outside', {
      externalProxy: {
        addresses: ['192.0.2.7'], port: 8443, sni: 'x', identity: 'spiffe://a', trustDomain: 'cluster.local', allowed: [],
      },
    }, { by: 'name' }, { to: 'addresses', addresses: ['192.0.2.7'], port: 8443 }],
  ])('reaches %s', (_, props, taken, reach) => {
    const [way, ...more] = direct(props);
    expect(more).toEqual([]);
    expect(way.taken).toEqual(taken);
    expect(way.legs).toHaveLength(1);
    expect(way.legs[0].reach).toEqual(reach);
  });

  test('has a way for each host and port, in their order', () => {
    expect(direct({ hosts: ['a.example.com', 'b.example.com'], ports: [80, 443], httpPorts: [80] }).map(({ host, port, spoken }) => `${host} ${port} ${spoken}`))
      .toEqual(['a.example.com 80 http', 'a.example.com 443 tls', 'b.example.com 80 http', 'b.example.com 443 tls']);
  });

  test('secures what it originates by the host\'s name, and checks it unless told otherwise', () => {
    const [{ security }] = legs(direct({ ...HTTP, tlsOrigination: SIMPLE }));
    expect(security).toEqual({ by: 'tls', sni: 'api.example.com', names: ['api.example.com'], mutual: false, certificates: { from: 'files', caCertificates: 'system' } });
    const [unchecked] = legs(direct({ ...HTTP, tlsOrigination: { ...SIMPLE, sni: 'x.example.com', verified: false } }));
    expect(unchecked.security).toEqual({ by: 'tls', sni: 'x.example.com', mutual: false, certificates: { from: 'files', caCertificates: 'system' } });
    expect(legs(direct())[0].security).toEqual({ by: 'nothing' });
  });

  test('asks a forward proxy for the host, whose TLS is the proxy\'s', () => {
    const [{ tunnel, security }] = legs(direct({ forwardProxy: { ...PROXY, tlsOrigination: SIMPLE } }));
    expect(tunnel).toEqual({ proxy: 'proxy.corp.example', host: 'mongo.example.com', port: 27018 });
    expect(security).toMatchObject({ by: 'tls', sni: 'proxy.corp.example', names: ['proxy.corp.example'] });
  });

  test('never lets pods that an origination leaves out speak in clear', () => {
    const tlsOrigination: OriginationIntent = { ...SIMPLE, mutual: true, certificates: { from: 'secret', name: 'client' }, workloadSelector: { app: 'a' }, serviceAccount: 'a' };
    const [{ security, onlyPods }] = legs(direct({ ...HTTP, tlsOrigination }));
    expect(security).toMatchObject({ mutual: true, certificates: { from: 'secret', name: 'client' } });
    expect(onlyPods).toEqual({
      labels: { app: 'a' },
      others: { by: 'tls', sni: 'api.example.com', names: ['api.example.com'], mutual: false, certificates: { from: 'files', caCertificates: 'system' } },
    });
  });

  test('is admitted outside as the proxy there says', () => {
    const allowed = [{ namespace: 'bookinfo', serviceAccount: 'b', anotherTrustDomain: false }, { namespace: 'bookinfo', anotherTrustDomain: false }];
    const [{ admittedOutside, security }] = legs(direct({
      externalProxy: { addresses: ['192.0.2.7'], port: 8443, sni: 'x', identity: 'spiffe://corp/ns/edge/sa/p', trustDomain: 'corp', allowed },
    }));
    expect(admittedOutside).toEqual(['spiffe://corp/ns/bookinfo/sa/*', 'spiffe://corp/ns/bookinfo/sa/b']);
    expect(security).toEqual({ by: 'mesh', sni: 'x', identity: 'spiffe://corp/ns/edge/sa/p' });
  });
});

describe('a route', () => {
  test('changes nothing of how the sidecar knows a connection, only where the leg leads', () => {
    const [{ legs: [{ reach, security, ...own }], ...way }] = direct();
    const [{ legs: [{ reach: to, security: by, door, ...rest }], route, ...others }] = routed();
    expect(rest).toEqual(own);
    expect(others).toEqual(way);
    expect(route).toBe('chart/route');
    expect([reach, security]).toEqual([{ to: 'name', name: 'mongo.example.com', port: 27018 }, { by: 'nothing' }]);
    expect(to).toEqual({ to: 'name', name: 'gateway.out.svc.cluster.local', port: 443 });
    expect(by).toEqual({ by: 'mesh', sni: (door!.opensTo as any).name, identity: GATEWAY.identity });
  });

  test('of a share leads as one of all does, and the rest as a direct egress', () => {
    const [{ share, rest, ...taken }] = routed({ weight: 10 });
    expect([taken]).toEqual(routed());
    expect(share).toBe(10);
    expect([rest]).toEqual(legs(direct()));
  });

  test('opens each door by the name that the leg before sends, and goes on from it to the real host', () => {
    const ways = routed({}, { hosts: ['a.example.com', 'b.example.com'], ports: [1, 2] });
    expect(ways).toHaveLength(4);
    for (const { host, port, legs: [{ security, door }, outer, ...more] } of ways) {
      expect(more).toEqual([]);
      expect(door!.opensTo).toEqual({ by: 'own-name', name: (security as any).sni });
      expect(outer).toEqual({ from: 'gateway', name: (security as any).sni, reach: { to: 'name', name: host, port }, security: { by: 'nothing' } });
      expect((security as any).sni.split('.').slice(0, 2)).toEqual([door!.admits.set, door!.name]);
    }
    expect(new Set(ways.map(({ legs: [{ door }] }) => door!.name)).size).toBe(4);
  });

  test.each<[string, Partial<RouteIntent>, Partial<EgressIntent>, object]>([
    ['passthrough by the host', { hop: { security: 'passthrough', port: 443 } }, {}, { opensTo: { by: 'sni', name: 'mongo.example.com' }, admits: {}, reads: 'bytes' }],
    ['passthrough by what the sidecar sends', { hop: { security: 'passthrough', port: 443 } }, { ...HTTP, tlsOrigination: { ...SIMPLE, sni: 'x.example.com' } },
      { opensTo: { by: 'sni', name: 'x.example.com' } }],
    ['plaintext by the port alone', { hop: { security: 'plaintext', port: 7777 } }, {}, { port: 7777, opensTo: { by: 'port' }, admits: {} }],
    ['HTTP that it reads', { hop: { security: 'mutual-tls', port: 443, http: true } }, HTTP, { opensTo: { by: 'own-name' }, reads: 'http' }],
  ])('has a door for %s', (_, props, egress, door) => {
    const [{ door: made, security }] = legs(routed(props, egress));
    expect(made).toMatchObject(door);
    if (made!.opensTo.by !== 'own-name') expect(security.by).not.toBe('mesh');
  });

  test.each<[string, Partial<RouteIntent>, Partial<EgressIntent>, Partial<Leg>]>([
    ['a hosting server', { hostingServer: 'www.example.com' }, { hosts: ['*.example.com'] }, { reach: { to: 'name', name: 'www.example.com', port: 27018 } }],
    ['addresses', {}, TCP, { reach: { to: 'addresses', addresses: ['203.0.113.1'], port: 5432 } }],
    ['the host at its TLS port', { tlsOrigination: SIMPLE }, HTTP, { reach: { to: 'name', name: 'api.example.com', port: 443 } }],
    ['a forward proxy, asked for the host', { forwardProxy: PROXY }, {},
      { reach: { to: 'name', name: 'proxy.corp.example', port: 3128 }, tunnel: { proxy: 'proxy.corp.example', host: 'mongo.example.com', port: 27018 } }],
    ['the SNI proxy of the pod, told who called', { gateway: { ...GATEWAY, sniProxy: { program: 'envoy' } as any } }, { hosts: ['*.example.com'] },
      { reach: { to: 'sni-proxy', socket: expect.stringMatching(/^@bookinfo-example-com-27018-[0-9a-f]{8}$/), port: 27018 }, tellsCaller: true }],
    ['the SNI proxy beside it', { gateway: { ...GATEWAY, sniProxy: { program: 'nginx' } as any } }, { hosts: ['*.example.com'] },
      { reach: { to: 'sni-proxy', socket: expect.stringMatching(/^\/var\/run\/sni\/bookinfo-example-com-27018-[0-9a-f]{8}\.sock$/), port: 27018 } }],
    ['an exact host beside a wildcard itself', { gateway: { ...GATEWAY, sniProxy: { program: 'nginx' } as any } }, {}, { reach: { to: 'name', name: 'mongo.example.com', port: 27018 } }],
  ])('goes on to %s', (_, props, egress, wanted) => {
    const [, outer] = legs(routed(props, egress));
    expect(outer).toMatchObject(wanted);
  });

  test('where the gateway reads HTTP, names requests for it, gives them their Host back, and tries again behind it', () => {
    const hop = { security: 'mutual-tls' as const, port: 443, http: true };
    const requests = { timeout: 9000, retries: { attempts: 3, on: 'reset' } };
    const [client, outer] = legs(routed({ hop }, { ...HTTP, ports: [8080], requests }));
    expect(client.authority).toBe(outer.name);
    expect(client.requests).toEqual({ timeout: 9000, retries: { attempts: 2, on: 'connect-failure,refused-stream' } });
    expect(outer.authority).toBe('api.example.com:8080');
    expect(outer.requests).toEqual({ retries: { attempts: 3, on: 'reset' } });
    expect(legs(routed({ hop }, HTTP))[1].authority).toBe('api.example.com');
    expect(legs(routed({}, { ...HTTP, requests }))[0]).toMatchObject({ requests });
    expect(legs(routed({}, HTTP))[1]).not.toHaveProperty('authority');
  });

  test('limits the connections of each leg by what was said of it', () => {
    const [client, outer] = legs(routed({ connections: { maxConnections: 5 } }, { connections: { maxConnections: 7 } }));
    expect([client.connections, outer.connections]).toEqual([{ maxConnections: 7 }, { maxConnections: 5 }]);
  });

  test('has own names of its app', () => {
    expect(legs(routed({}, {}, 'shop'))[1].name).toMatch(/^s-[0-9a-f]{8}\.bookinfo-mongo-example-com-27018-[0-9a-f]{8}\.shop\.egress\.internal$/);
    expect(legs(routed({ hop: { security: 'passthrough', port: 443 } }))[1].name).toMatch(/^s-all\.bookinfo-mongo-example-com-27018-[0-9a-f]{8}\.bookinfo\.egress\.internal$/);
  });
});

describe('what stands at the gateway is called anew where it must not change in place', () => {
  const nameOf = (props: Partial<RouteIntent> = {}, egress: Partial<EgressIntent> = {}, app = 'bookinfo') =>
    legs(routed(props, { ...TCP, ...egress }, app))[0].door!.name;

  test.each<[string, Partial<RouteIntent>, Partial<EgressIntent>?]>([
    ['the hop', { hop: { security: 'plaintext', port: 7777 } }],
    ['the clients', {}, { clients: ['bookinfo', 'orders'] }],
    ['TLS that begins there', { tlsOrigination: SIMPLE }],
    ['a forward proxy there', { forwardProxy: PROXY }],
    ['the gateway', { gateway: { ...GATEWAY, service: 'other' } }],
    ['the host', {}, { hosts: ['other.example.com'] }],
    ['the port', {}, { ports: [5433] }],
    ['the namespace', {}, { namespace: 'orders' }],
  ])('%s', (_, props, egress = {}) => {
    expect(nameOf(props, egress)).not.toBe(nameOf());
  });

  test('the app', () => {
    expect(new Set([nameOf(), nameOf({}, {}, 'shop'), nameOf({}, {}, 'other')]).size).toBe(3);
  });

  test('a plaintext hop\'s port, a forward proxy\'s, and the port of TLS', () => {
    const names = [
      ...[7777, 7778].map(port => nameOf({ hop: { security: 'plaintext', port } })),
      ...[3128, 3129].map(port => nameOf({ forwardProxy: { ...PROXY, port } })),
      ...[6432, 6433].map(port => nameOf({ tlsOrigination: { ...SIMPLE, port } })),
      nameOf({ hop: { security: 'passthrough', port: 443 } }), nameOf({ hop: { security: 'mutual-tls', port: 443, http: true } }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  test.each<[string, Partial<RouteIntent>, Partial<EgressIntent>?]>([
    ['ids', { path: 'elsewhere/route' }, { path: 'elsewhere/ledger' }],
    ['addresses', {}, { addresses: ['203.0.113.2'] }],
    ['limits', { connections: { maxConnections: 1 } }, { connections: { maxConnections: 2 } }],
    ['another hosting server', { hostingServer: 'www.example.com' }],
    ['the gateway\'s port of mutual TLS', { hop: { security: 'mutual-tls', port: 8443 } }],
  ])('and not for %s', (_, props, egress = {}) => {
    expect(nameOf(props, egress)).toBe(nameOf());
  });

  test('and not for another certificate or name of TLS that begins there', () => {
    const tlsOrigination: OriginationIntent = { ...SIMPLE, mutual: true, sni: 'x.example.com', certificates: { from: 'secret', name: 'client' } };
    expect(nameOf({ tlsOrigination })).toBe(nameOf({ tlsOrigination: SIMPLE }));
  });
});
