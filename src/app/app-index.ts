import { IConstruct } from 'constructs';
import { auditProblems } from '../check/audits';
import { identityProblems } from '../check/identities';
import { lockdownProblems } from '../check/lockdowns';
import { manyPolicies } from '../check/many-policies';
import { secretProblems } from '../check/originations';
import { relationProblems } from '../check/relations';
import { AuditIntent } from '../intent/audit';
import { isSameGateway } from '../intent/gateway';
import { EgressIntent, GatewayIntent } from '../intent/intent';
import { RelationProblem } from '../intent/problem';
import { GatewayWorkload, RouteIntent } from '../intent/route';
import { LockdownIntent } from '../plan/lockdown';
import { AllowanceIntent, PermissionIntent } from '../plan/permission';

/** The egresses and routes of one app, and what is wrong between them. One index an app, so that checks stay linear. */
export class AppIndex {
  public static of(construct: IConstruct): AppIndex {
    const root = construct.node.root;
    const index = AppIndex.indexes.get(root) ?? new AppIndex(root);
    AppIndex.indexes.set(root, index);
    return index;
  }

  private static readonly indexes = new WeakMap<IConstruct, AppIndex>();

  private readonly egresses: EgressIntent[] = [];
  private readonly routes = new Map<string, RouteIntent[]>();
  private readonly gateways: GatewayWorkload[] = [];
  private readonly allowances: AllowanceIntent[] = [];
  private readonly permissions = new Map<string, PermissionIntent[]>();
  private readonly onAllowed = new Map<string, (permissions: readonly PermissionIntent[]) => void>();
  private readonly lockdowns: LockdownIntent[] = [];
  private readonly audits: AuditIntent[] = [];
  private readonly foreign: RelationProblem[] = [];
  private problems?: Map<string, string[]>;

  private constructor(private readonly root: IConstruct) {}

  public addEgress(construct: IConstruct, egress: EgressIntent): void {
    this.egresses.push(egress);
    this.watch(construct, egress.path);
  }

  public addGateway(construct: IConstruct, gateway: GatewayWorkload): void {
    this.gateways.push(gateway);
    this.watch(construct, gateway.path);
  }

  public addRoute(construct: IConstruct, route: RouteIntent, foreign: string[]): void {
    this.routes.set(route.egress.path, [...this.routes.get(route.egress.path) ?? [], route]);
    this.foreign.push(...foreign.map(text => ({ path: route.path, text })));
    this.watch(construct, route.path);
  }

  public addLockdown(construct: IConstruct, lockdown: LockdownIntent): void {
    this.lockdowns.push(lockdown);
    this.watch(construct, lockdown.path);
  }

  public addAudit(construct: IConstruct, audit: AuditIntent): void {
    this.audits.push(audit);
    this.watch(construct, audit.path);
  }

  public allow(allowance: AllowanceIntent): void {
    const { path } = allowance.egress;
    const all = [...this.permissions.get(path) ?? [], allowance.permission];
    this.allowances.push(allowance);
    this.permissions.set(path, all);
    this.problems = undefined;
    this.onAllowed.get(path)?.(all);
  }

  /** What alone is permitted on an egress; none: everything to all of its clients. */
  public permissionsOn(egress: EgressIntent): readonly PermissionIntent[] | undefined {
    return this.permissions.get(egress.path);
  }

  /** Tells the route of an egress what is permitted on it, whether that was said already or will be. */
  public tellPermissions(route: RouteIntent, told: (permissions: readonly PermissionIntent[]) => void): void {
    const { path } = route.egress;
    this.onAllowed.set(path, told);
    told(this.permissions.get(path) ?? []);
  }

  /** The way that an egress takes; none: straight from the sidecar. */
  public routeOf(egress: EgressIntent): RouteIntent | undefined {
    return this.routes.get(egress.path)?.[0];
  }

  /** Every route through a gateway, sorted by path. */
  public routesThrough(gateway: GatewayIntent): RouteIntent[] {
    return this.allRoutes().filter(route => isSameGateway(route.gateway, gateway));
  }

  /** Every gateway that the app runs, sorted by path. */
  public allGateways(): GatewayWorkload[] {
    return byPath(this.gateways);
  }

  /** Every egress of the app, sorted by path. */
  public allEgresses(): EgressIntent[] {
    return byPath(this.egresses);
  }

  /** Every route of the app, sorted by path. */
  public allRoutes(): RouteIntent[] {
    return byPath([...this.routes.values()].flat());
  }

  /** Every lockdown of the app, sorted by path. */
  public allLockdowns(): LockdownIntent[] {
    return byPath(this.lockdowns);
  }

  private watch(construct: IConstruct, path: string): void {
    this.problems = undefined;
    construct.node.addValidation({ validate: () => this.problemsOf(path) });
  }

  private problemsOf(path: string): string[] {
    if (!this.problems) {
      this.problems = new Map();
      const [egresses, routes] = [this.allEgresses(), this.allRoutes()];
      const routeOf = (egress: EgressIntent) => this.routeOf(egress);
      const problems = [
        ...this.foreign,
        ...relationProblems(egresses, routes, this.allGateways()),
        ...secretProblems(this.root, egresses, routes, this.allGateways()),
        ...identityProblems(this.allowances, routeOf),
        ...lockdownProblems(this.allLockdowns(), egresses, routeOf, this.allGateways()),
        ...auditProblems(byPath(this.audits)),
      ];
      for (const problem of problems) {
        this.problems.set(problem.path, [...this.problems.get(problem.path) ?? [], problem.text]);
      }
      // cdk8s knows errors alone
      for (const text of manyPolicies(routes, ({ egress }) => this.permissionsOn(egress))) {
        process.emitWarning(text, 'EgressWarning');
      }
    }
    return this.problems.get(path) ?? [];
  }
}

function byPath<T extends { readonly path: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
