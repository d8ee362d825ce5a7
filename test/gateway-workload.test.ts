import { ApiObject, Testing } from 'cdk8s';
import { chartOf, documents, theDocument } from './support';
import {
  CaCertificates, ClientCertificate, EgressApp, EgressGateway, EgressGatewayProps, EgressGatewayRoute, GatewayHop, GatewayMount, HttpEgress,
  SniProxyGateway, TaintEffect, TcpEgress, TlsEgress, TlsOrigination,
} from '../src';

function gateway(props: EgressGatewayProps = {}) {
  const chart = chartOf('egress');
  return { chart, gateway: new EgressGateway(chart, 'gateway', { name: 'out', ...props }) };
}

test('brings the workload, and everything that it needs', () => {
  const { chart, gateway: { _intent: intent } } = gateway();
  const [refusal, ...written] = Testing.synth(chart).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort();
  expect(refusal).toMatch(/^AuthorizationPolicy egress\/bookinfo-/);
  expect(written).toEqual([
    'Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget', 'Role', 'RoleBinding', 'Service', 'ServiceAccount',
  ].map(kind => `${kind} egress/out`));
  expect(intent).toMatchObject({
    namespace: 'egress', service: 'out', host: 'out.egress.svc.cluster.local', identity: 'spiffe://cluster.local/ns/egress/sa/out', port: 443,
  });
});

test('the pods are those that the Service, the budget and the doors of routes select', () => {
  const { chart, gateway: { _intent: { selector } } } = gateway();
  const { spec } = theDocument(chart, 'Deployment');
  expect(spec.template.metadata.labels).toMatchObject(selector);
  expect(spec.selector.matchLabels).toEqual(selector);
  expect(theDocument(chart, 'Service').spec.selector).toEqual(selector);
  expect(theDocument(chart, 'PodDisruptionBudget').spec.selector.matchLabels).toEqual(selector);
  expect(spec.template.spec.serviceAccountName).toBe('out');
});

test('two gateways of one name in two namespaces do not select each other\'s pods', () => {
  const selectors = ['egress', 'other'].map(namespace => gateway({ namespace }).gateway._intent.selector);
  expect(selectors[0]).not.toEqual(selectors[1]);
});

test('the pods are injected as a gateway, by the revision given, and write of the caller what doors that read HTTP compare', () => {
  const { template } = theDocument(gateway({ revision: '1-31' }).chart, 'Deployment').spec;
  expect(template.metadata.annotations).toEqual({
    'inject.istio.io/templates': 'gateway', 'proxy.istio.io/config': 'gatewayTopology:\n  forwardClientCertDetails: SANITIZE_SET\n',
  });
  expect(template.metadata.labels).toMatchObject({ 'sidecar.istio.io/inject': 'true', 'istio.io/rev': '1-31' });
  expect(template.spec.containers.map(({ name, image }: any) => [name, image])).toEqual([['istio-proxy', 'auto']]);
});

test('the pods meet the restricted level of pod security', () => {
  const { spec } = theDocument(gateway().chart, 'Deployment').spec.template;
  expect(spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(spec.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
});

describe('a revision that is tried first', () => {
  const both = (chart: any) => documents(chart, 'Deployment').sort((a, b) => a.metadata.name.length - b.metadata.name.length);

  test('has pods of its own behind the same Service, which are those of the gateway in all else', () => {
    const { chart, gateway: { deployment, canaryDeployment } } = gateway({ revision: '1-31', canaryRevision: '1-32', mounts: [GatewayMount.secret('client', '/etc/client')] });
    const [stable, canary] = both(chart);
    expect([deployment.name, canaryDeployment?.name]).toEqual([stable.metadata.name, canary.metadata.name]);
    expect(canary.metadata.name).toMatch(/^out-1-32-/);
    expect([stable, canary].map(({ spec }) => [spec.replicas, spec.template.metadata.labels['istio.io/rev']])).toEqual([[undefined, '1-31'], [1, '1-32']]);

    const without = ({ template: { metadata: { labels: { 'istio.io/rev': _, ...labels }, annotations }, spec: { topologySpreadConstraints: __, ...spec } } }: any) =>
      ({ labels, annotations, spec });
    expect(without(canary.spec)).toEqual(without(stable.spec));
  });

  test('is selected by the Service, the budget and the doors, and by no Deployment but its own', () => {
    const { chart, gateway: { _intent: { selector } } } = gateway({ canaryRevision: '1-32', canaryReplicas: 3 });
    const [stable, canary] = both(chart);
    const { labels } = canary.spec.template.metadata;
    expect(labels).toMatchObject(selector);
    expect(theDocument(chart, 'Service').spec.selector).toEqual(selector);
    expect(canary.spec.replicas).toBe(3);
    expect(canary.spec.selector.matchLabels).toEqual({ ...selector, 'istio.io/rev': '1-32' });
    expect(stable.spec.template.metadata.labels['istio.io/rev']).toBeUndefined();
    expect(theDocument(chart, 'HorizontalPodAutoscaler').spec.scaleTargetRef.name).toBe(stable.metadata.name);
  });

  test('changes no byte of what stands there already', () => {
    const before = Testing.synth(gateway().chart);
    const { canaryDeployment, ...rest } = gateway({ canaryRevision: '1-32' }).gateway;
    expect(Testing.synth(canaryDeployment!.chart).filter(({ metadata: { name } }) => name !== canaryDeployment!.name)).toEqual(before);
    expect(rest.deployment.name).toBe('out');
  });

  test('is another Deployment for another revision, because what a Deployment selects cannot change', () => {
    const [one, other] = ['1-32', '1-33'].map(canaryRevision => gateway({ canaryRevision }).gateway.canaryDeployment?.name);
    expect(one).not.toBe(other);
  });

  test('is that of one gateway among several, whatever the app says', () => {
    const chart = chartOf('egress', Testing.app());
    EgressApp.configure(chart, { revision: '1-31' });
    const gateways = [new EgressGateway(chart, 'a', { name: 'a' }), new EgressGateway(chart, 'b', { name: 'b', revision: '1-32' }),
      new EgressGateway(chart, 'c', { name: 'c', canaryRevision: '1-32' })];
    const revisions = Object.fromEntries(documents(chart, 'Deployment').map(({ metadata, spec }) => [metadata.name, spec.template.metadata.labels['istio.io/rev']]));
    expect(revisions).toEqual({ a: '1-31', b: '1-32', c: '1-31', [gateways[2].canaryDeployment!.name]: '1-32' });
  });

  test('has the SNI proxy beside it too', () => {
    const chart = chartOf('egress');
    new SniProxyGateway(chart, 'gateway', { name: 'sni', canaryRevision: '1-32' });
    const [stable, canary] = both(chart);
    expect(canary.spec.template.spec.containers).toEqual(stable.spec.template.spec.containers);
    expect(canary.spec.template.spec.containers.map(({ name }: any) => name)).toEqual(['istio-proxy', 'sni-proxy']);
    expect(canary.spec.template.metadata.labels).toMatchObject(theDocument(chart, 'NetworkPolicy').spec.podSelector.matchLabels);
  });
});

describe('the Service has', () => {
  const portsOf = (chart: any) => theDocument(chart, 'Service').spec.ports.map(({ port, targetPort }: any) => [port, targetPort]);

  test('the ports that routes of the app use, in any order of construction', () => {
    const { chart, gateway: by } = gateway();
    for (const [id, number, hop] of [['b', 2, GatewayHop.plaintext(7778)], ['a', 1, GatewayHop.plaintext(7777)], ['c', 3, undefined]] as const) {
      const egress = new TcpEgress(chart, id, { host: `${id}.example.com`, addresses: [`203.0.113.${number}`], port: 5432 });
      new EgressGatewayRoute(chart, `${id}-route`, { egress, gateway: by, hop });
    }
    expect(portsOf(chart)).toEqual([[443, 16827], [7777, 24161], [7778, 24162]]);
  });

  test.each<[string, EgressGatewayProps, number[]]>([
    ['one where no route uses any', {}, [443]],
    ['that of mutual TLS where no route uses any', { port: 8443 }, [8443]],
    ['those given', { ports: [7777, 443] }, [443, 7777]],
  ])('%s', (_, props, ports) => {
    expect(portsOf(gateway(props).chart).map(([port]: number[]) => port)).toEqual(ports);
  });

  test('no port of plaintext alone for mutual TLS', () => {
    const { chart, gateway: by } = gateway();
    const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
    new EgressGatewayRoute(chart, 'route', { egress, gateway: by, hop: GatewayHop.plaintext(7777) });
    expect(portsOf(chart)).toEqual([[7777, 24161]]);
  });
});

test('the autoscaler decides how many pods there are, and is left out where there is nothing to decide', () => {
  const scaled = gateway({ minReplicas: 3, maxReplicas: 9, targetCpuUtilization: 60 });
  expect(theDocument(scaled.chart, 'Deployment').spec.replicas).toBeUndefined();
  expect(theDocument(scaled.chart, 'HorizontalPodAutoscaler').spec).toMatchObject({
    minReplicas: 3, maxReplicas: 9, metrics: [{ resource: { target: { averageUtilization: 60 } } }],
  });
  const fixed = gateway({ minReplicas: 3, maxReplicas: 3 });
  expect(theDocument(fixed.chart, 'Deployment').spec.replicas).toBe(3);
  expect(documents(fixed.chart, 'HorizontalPodAutoscaler')).toEqual([]);
  expect(fixed.gateway.horizontalPodAutoscaler).toBeUndefined();
});

test('labels and annotations are on every object and on the pods; nodes and resources are chosen', () => {
  const { chart, gateway: { deployment } } = gateway({
    labels: { 'example.com/team': 'platform' },
    annotations: { note: 'x' },
    nodeSelector: { pool: 'egress' },
    tolerations: [{ key: 'pool', value: 'egress', effect: TaintEffect.NO_SCHEDULE }, { key: 'other' }, { effect: TaintEffect.NO_EXECUTE }],
    topologySpreadKeys: ['rack'],
    cpuRequest: '500m',
    memoryLimit: '2Gi',
  });
  for (const { metadata } of Testing.synth(chart)) {
    expect(metadata).toMatchObject({ labels: { 'example.com/team': 'platform' }, annotations: { note: 'x' } });
  }
  const { template } = theDocument(chart, 'Deployment').spec;
  expect(template.metadata).toMatchObject({ labels: { 'example.com/team': 'platform' }, annotations: { note: 'x' } });
  expect(template.spec).toMatchObject({
    nodeSelector: { pool: 'egress' },
    tolerations: [
      { key: 'pool', operator: 'Equal', value: 'egress', effect: 'NoSchedule' }, { key: 'other', operator: 'Exists' }, { operator: 'Exists', effect: 'NoExecute' },
    ],
    topologySpreadConstraints: [{ topologyKey: 'rack' }],
    containers: [{ resources: { requests: { cpu: '500m', memory: '128Mi' }, limits: { cpu: '2', memory: '2Gi' } } }],
  });
  expect(ApiObject.isApiObject(deployment) && deployment.node.id).toBe('Resource');
});

test('two gateways of one name are a problem that names both', () => {
  const { chart } = gateway();
  new EgressGateway(chart, 'other', { name: 'out' });
  expect(() => Testing.synth(chart)).toThrow(/\[egress\/other\] gateway-conflict: "egress\/gateway" is the gateway "egress\/out" already/);
});

test('a plaintext hop at a port of the proxy itself is a problem where the pods are known, and none where they are not', () => {
  const { chart, gateway: own } = gateway();
  const [one, other] = ['a', 'b'].map(name => new TcpEgress(chart, name, { host: `${name}.example.com`, addresses: ['203.0.113.9'], port: name === 'a' ? 1 : 2 }));
  new EgressGatewayRoute(chart, 'route-a', { egress: one, gateway: own, hop: GatewayHop.plaintext(15021) });
  const stranger = EgressGateway.fromService(chart, 'stranger', { namespace: 'x', service: 'x', selector: { app: 'x' }, serviceAccount: 'x' });
  new EgressGatewayRoute(chart, 'route-b', { egress: other, gateway: stranger, hop: GatewayHop.plaintext(15021) });
  expect(chart.node.findAll().flatMap(({ node }) => node.validate())).toEqual([
    'reserved-port: its plaintext hop is at port 15021 of gateway "egress/out", at which the proxy listens for itself; '
    + 'give a port below 15000, or one from 17408 to 31383',
  ]);
});

test.each<[string, EgressGatewayProps]>([
  ['reserved-port: port is 15090, at which the proxy listens for itself; give a port below 15000', { port: 15090 }],
  ['reserved-port: ports[1] is 15020', { ports: [443, 15020] }],
  ['invalid-name: name is "Out"', { name: 'Out' }],
  ['invalid-name: trustDomain is ""', { trustDomain: '' }],
  ['invalid-port: port is 0', { port: 0 }],
  ['duplicate-value: ports[1] 443 stands there already', { ports: [443, 443] }],
  ['invalid-number: minReplicas is 0', { minReplicas: 0 }],
  ['invalid-number: maxReplicas is 1.5', { maxReplicas: 1.5 }],
  ['invalid-number: targetCpuUtilization is "80"', { targetCpuUtilization: '80' as any }],
  ['contradicting-props: maxReplicas is 2, and minReplicas is 3', { minReplicas: 3, maxReplicas: 2 }],
  ['invalid-quantity: cpuRequest is "a lot"', { cpuRequest: 'a lot' }],
  ['invalid-quantity: memoryLimit is 128', { memoryLimit: 128 as any }],
  ['contradicting-props: cpuRequest is 4, and cpuLimit is 2; give a cpuLimit that is not less', { cpuRequest: '4' }],
  ['contradicting-props: memoryRequest is 1.5Gi, and memoryLimit is 1600M', { memoryRequest: '1.5Gi', memoryLimit: '1600M' }],
  ['invalid-label: nodeSelector "a" has the value "b c"', { nodeSelector: { a: 'b c' } }],
  ['invalid-label: topologySpreadKeys has the key "a b"', { topologySpreadKeys: ['a b'] }],
  ['invalid-value: topologySpreadKeys is "rack"; give a list of labels of nodes', { topologySpreadKeys: 'rack' as any }],
  ['invalid-label: revision "istio.io/rev" has the value "1 31"', { revision: '1 31' }],
  ['invalid-label: canaryRevision "istio.io/rev" has the value "1 32"', { canaryRevision: '1 32' }],
  ['invalid-number: canaryReplicas is 0', { canaryRevision: '1-32', canaryReplicas: 0 }],
  ['contradicting-props: canaryRevision is "1-32", and so is the revision', { revision: '1-32', canaryRevision: '1-32' }],
  ['contradicting-props: canaryReplicas is given without canaryRevision', { canaryReplicas: 2 }],
  ['invalid-toleration: tolerations[0] has the value "a" and no key', { tolerations: [{ value: 'a' }] }],
  ['invalid-toleration: tolerations[0] has the effect "Never"', { tolerations: [{ effect: 'Never' as TaintEffect }] }],
  ['reserved-label: labels sets "istio"', { labels: { istio: 'x' } }],
])('refuses %s', (message, props) => {
  expect(() => gateway(props)).toThrow(`[egress/gateway] ${message}`);
});

test.each([['700m', '0.7'], ['0.7', '700m'], ['2', '2'], ['0', '100m']])('takes a request of %s under a limit of %s', (cpuRequest, cpuLimit) => {
  expect(theDocument(gateway({ cpuRequest, cpuLimit }).chart, 'Deployment').spec.template.spec.containers[0].resources)
    .toMatchObject({ requests: { cpu: cpuRequest }, limits: { cpu: cpuLimit } });
});

describe('mounts', () => {
  const mounts = [
    GatewayMount.secret('partner.client', '/etc/partner/client'),
    GatewayMount.configMap('outside-ca', '/etc/ca'),
    GatewayMount.secret('partner.client', '/etc/again'),
  ];
  const podOf = (chart: any) => theDocument(chart, 'Deployment').spec.template.spec;
  const volumeOf = (pod: any, path: string) => {
    const mount = pod.containers[0].volumeMounts.find(({ mountPath }: any) => mountPath === path);
    return pod.volumes.find(({ name }: any) => name === mount.name);
  };

  test('are folders of the proxy, read-only, one volume for each object, in any order', () => {
    const { chart, gateway: { _intent: intent } } = gateway({ mounts });
    const pod = podOf(chart);
    expect(volumeOf(pod, '/etc/partner/client')).toEqual({ name: expect.any(String), secret: { secretName: 'partner.client' } });
    expect(volumeOf(pod, '/etc/again')).toBe(volumeOf(pod, '/etc/partner/client'));
    expect(volumeOf(pod, '/etc/ca')).toEqual({ name: expect.any(String), configMap: { name: 'outside-ca' } });
    expect(pod.volumes).toHaveLength(2);
    for (const { name, readOnly } of pod.containers[0].volumeMounts) {
      expect(name).toMatch(/^[a-z0-9][-a-z0-9]{0,62}$/);
      expect(readOnly).toBe(true);
    }
    expect(podOf(gateway({ mounts: [...mounts].reverse() }).chart)).toEqual(pod);
    expect(intent.mounts).toHaveLength(3);
  });

  test('stand beside the sockets of an SNI proxy', () => {
    const chart = chartOf('egress');
    new SniProxyGateway(chart, 'gateway', { name: 'sni', mounts });
    const pod = podOf(chart);
    expect(pod.containers[0].volumeMounts.map(({ mountPath }: any) => mountPath)).toEqual(['/etc/again', '/etc/ca', '/etc/partner/client', '/var/run/sni']);
    expect(pod.volumes).toHaveLength(4);
  });

  test('leave no volume where there is none', () => {
    expect(podOf(gateway().chart).volumes).toBeUndefined();
    expect(podOf(gateway().chart).containers[0].volumeMounts).toBeUndefined();
  });

  test.each<[string, any]>([
    ['invalid-value: mounts[0] is another object', [{ secretName: 'a', mountPath: '/etc/a' }]],
    ['invalid-name: the Secret of mounts[0] is called "A"', [GatewayMount.secret('A', '/etc/a')]],
    ['invalid-name: the ConfigMap of mounts[0] is called "a/b"', [GatewayMount.configMap('a/b', '/etc/a')]],
    ['invalid-path: the path of mounts[0] is "etc/a"', [GatewayMount.secret('a', 'etc/a')]],
    ['invalid-path: the path of mounts[0] is "/"', [GatewayMount.secret('a', '/')]],
    ['invalid-path: the path of mounts[0] is "/etc/a/"', [GatewayMount.secret('a', '/etc/a/')]],
    ['invalid-path: the path of mounts[0] is "/etc/../a"', [GatewayMount.secret('a', '/etc/../a')]],
    ['invalid-path: the path of mounts[0] is "/a~b"', [GatewayMount.secret('a', '/a~b')]],
    ['mount-conflict: mounts[1] is at "/etc/a", and something else at "/etc/a"', [GatewayMount.secret('a', '/etc/a'), GatewayMount.secret('b', '/etc/a')]],
    ['mount-conflict: mounts[1] is at "/etc/a/b", and something else at "/etc/a"', [GatewayMount.secret('a', '/etc/a'), GatewayMount.secret('b', '/etc/a/b')]],
    ['mount-conflict: mounts[0] is at "/etc", and something else at "/etc/istio/pod"', [GatewayMount.secret('a', '/etc')]],
    ['mount-conflict: mounts[0] is at "/var/run/secrets/a", and something else at "/var/run/secrets"', [GatewayMount.secret('a', '/var/run/secrets/a')]],
  ])('are refused: %s', (message, wrong) => {
    expect(() => gateway({ mounts: wrong })).toThrow(`[egress/gateway] ${message}`);
  });

  describe('hold the files of originations', () => {
    const files = (folder: string, caCertificates = `${folder}/ca.crt`) => TlsOrigination.mutual({
      clientCertificate: ClientCertificate.fromFiles({ clientCertificate: `${folder}/tls.crt`, privateKey: `${folder}/tls.key`, caCertificates }),
    });
    const routed = (tlsOrigination: TlsOrigination) => {
      const { chart, gateway: by } = gateway({ mounts });
      new EgressGatewayRoute(chart, 'route', { egress: new HttpEgress(chart, 'api', { hosts: ['api.example.com'] }), gateway: by, tlsOrigination });
      return () => Testing.synth(chart);
    };

    test.each<[string, TlsOrigination]>([
      ['in a mounted folder', files('/etc/partner/client')],
      ['beside the system\'s CAs', files('/etc/again', 'system')],
      ['beside a CA of the image', files('/etc/again', '/etc/ssl/certs/ca-certificates.crt')],
      ['by a CA alone', TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/etc/ca/ca.crt') })],
      ['in a Secret', TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromSecret('a') })],
    ])('%s', (_, origination) => {
      expect(routed(origination)).not.toThrow();
    });

    test.each<[string, TlsOrigination]>([
      ['file-not-mounted: clientCertificate is the file "/etc/other/tls.crt", and gateway "egress/out" mounts nothing at "/etc/other"', files('/etc/other')],
      ['file-not-mounted: privateKey is the file "/etc/partner/tls.key"', files('/etc/partner')],
      ['file-not-mounted: caCertificates is the file "/etc/ca/below/ca.crt"', TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/etc/ca/below/ca.crt') })],
    ])('or are refused at synth: %s', (message, origination) => {
      expect(routed(origination)).toThrow(`[egress/route] ${message}`);
    });
  });

  test('of a Secret that the app writes elsewhere are refused at synth', () => {
    const { chart } = gateway({ mounts });
    new ApiObject(chart, 'Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'partner.client', namespace: 'bookinfo' } });
    expect(() => Testing.synth(chart)).toThrow('[egress/gateway] secret-elsewhere: the Secret "partner.client" is written into namespace "bookinfo", and is read from "egress"');
  });
});
