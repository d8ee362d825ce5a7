import { EgressIntent } from '../../src/intent/egress';
import { GatewayIntent, gatewayName } from '../../src/intent/gateway';
import { LockdownIntent, SidecarIntent } from '../../src/intent/lockdown';
import { PermissionIntent } from '../../src/intent/permission';
import { RouteIntent } from '../../src/intent/route';
import { Plan } from '../../src/plan/plan';
import { planOf } from '../../src/plan/plan-of';

export const EGRESS: EgressIntent = {
  path: 'chart/mongo', namespace: 'bookinfo', clients: ['bookinfo'], protocol: 'TLS', hosts: ['mongo.example.com'], addresses: [], ports: [27018],
};

export const GATEWAY: GatewayIntent = {
  path: 'chart/gateway',
  namespace: 'out',
  service: 'gateway',
  host: 'gateway.out.svc.cluster.local',
  selector: { app: 'gateway' },
  identity: 'spiffe://cluster.local/ns/out/sa/gateway',
  port: 443,
  labels: {},
  annotations: {},
};

export const ROUTE: RouteIntent = { path: 'chart/route', egress: EGRESS, gateway: GATEWAY, hop: { security: 'mutual-tls', port: 443 } };

export const LOCKDOWN: LockdownIntent = {
  path: 'chart/lockdown',
  otherHosts: [],
  namespaces: ['bookinfo'],
  gateways: [],
  inCluster: ['.'],
  clusterDomain: 'cluster.local',
  dns: [{ at: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }, tcpPorts: [53], udpPorts: [53] }],
  istiod: [{ at: { namespace: 'istio-system', labels: { app: 'istiod' } }, tcpPorts: [15012], udpPorts: [] }],
  exceptions: [],
  gatewayClients: [],
};

interface Said {
  readonly app?: string;
  readonly egresses?: readonly EgressIntent[];
  readonly routes?: readonly RouteIntent[];
  readonly permissions?: readonly PermissionIntent[];
  readonly lockdowns?: readonly LockdownIntent[];
  readonly sidecars?: readonly SidecarIntent[];
}

/** The plan of an app of these, whose egresses are those given and those of the routes. */
export function planned({ app = 'app', egresses = [], routes = [], permissions, lockdowns = [], sidecars = [] }: Said): Plan {
  const all = [...new Set([...egresses, ...routes.map(({ egress }) => egress)])];
  const named = [...routes.map(({ gateway }) => gateway), ...lockdowns.flatMap(lockdown => lockdown.gateways)];
  const gateways = new Map(named.map(gateway => [gatewayName(gateway), gateway]));
  return planOf({
    app,
    egresses: all,
    routeOf: egress => routes.find(route => route.egress === egress),
    permissionsOn: () => permissions,
    gateways: [...gateways].sort(([a], [b]) => a < b ? -1 : 1).map(([, gateway]) => gateway),
    lockdowns,
    sidecars,
  });
}
