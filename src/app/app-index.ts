import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { auditProblems } from '../check/audits';
import { gatewayProblems } from '../check/gateways';
import { identityProblems } from '../check/identities';
import { lockdownProblems } from '../check/lockdowns';
import { manyCallers } from '../check/many-callers';
import { nameProblems } from '../check/names';
import { secretProblems } from '../check/originations';
import { relationProblems } from '../check/relations';
import { Backend } from '../emit/backend';
import { istio } from '../emit/istio/backend';
import { retract, settled } from '../emit/object';
import { appOf } from '../intent/app';
import { AuditIntent } from '../intent/audit';
import { EgressIntent } from '../intent/egress';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { addTo, grouped } from '../intent/groups';
import { LockdownIntent, SidecarIntent } from '../intent/lockdown';
import { AllowanceIntent, PermissionIntent } from '../intent/permission';
import { RelationProblem } from '../intent/problem';
import { RouteIntent } from '../intent/route';
import { Fence, GatewayPlan, Plan, View, Way } from '../plan/plan';
import { planOf } from '../plan/plan-of';
import { planProblems } from '../plan/validate';

/** The plan with what finds its parts. */
interface Planned {
  readonly plan: Plan;
  readonly ways: ReadonlyMap<string, readonly Way[]>;
  readonly gateways: ReadonlyMap<string, GatewayPlan>;
  readonly fences: ReadonlyMap<string, Fence>;
  readonly views: ReadonlyMap<string, View>;
}

/** Everything that the constructs of one app were told, the plan that follows from it, and what is wrong with it. */
export class AppIndex {
  public static of(construct: IConstruct): AppIndex {
    const root = construct.node.root;
    const index = AppIndex.indexes.get(root) ?? new AppIndex(root);
    AppIndex.indexes.set(root, index);
    return index;
  }

  /** Whether anything of the app was told yet. */
  public static isBegun(root: IConstruct): boolean {
    return AppIndex.indexes.has(root);
  }

  private static readonly indexes = new WeakMap<IConstruct, AppIndex>();

  /** What writes the plan. */
  public backend: Backend = istio;

  private readonly egresses: EgressIntent[] = [];
  private readonly routes = new Map<string, RouteIntent[]>();
  private readonly gateways = new Map<string, { construct: Construct; intent: GatewayIntent }[]>();
  private readonly allowances: AllowanceIntent[] = [];
  private readonly permissions = new Map<string, PermissionIntent[]>();
  private readonly lockdowns: LockdownIntent[] = [];
  private readonly sidecars: SidecarIntent[] = [];
  private readonly audits: AuditIntent[] = [];
  private readonly foreign: RelationProblem[] = [];
  private readonly shared: ApiObject[] = [];
  private readonly watched = new Set<string>();
  private readonly speakers = new Map<string, { readonly construct: Construct; readonly intent: GatewayIntent }>();
  private completed?: Plan;
  private named: readonly string[] = [];
  private planned?: Planned;
  private problems?: Map<string, string[]>;

  private constructor(private readonly root: IConstruct) {
    // the root is validated first, before anything is written
    root.node.addValidation({ validate: () => this.complete() });
  }

  public addEgress(construct: IConstruct, egress: EgressIntent): void {
    this.egresses.push(egress);
    this.watch(construct, egress.path);
  }

  public addGateway(construct: Construct, intent: GatewayIntent): void {
    addTo(this.gateways, gatewayName(intent), { construct, intent });
    this.watch(construct, intent.path);
  }

  public addRoute(construct: Construct, route: RouteIntent, foreign: string[]): void {
    addTo(this.routes, route.egress.path, route);
    this.foreign.push(...foreign.map(text => ({ path: route.path, text })));
    this.know(construct, route.gateway);
    this.watch(construct, route.path);
  }

  public addLockdown(construct: Construct, lockdown: LockdownIntent): void {
    lockdown.gateways.forEach(gateway => this.know(construct, gateway));
    this.lockdowns.push(lockdown);
    this.watch(construct, lockdown.path);
  }

  public addSidecar(construct: Construct, sidecar: SidecarIntent): void {
    this.sidecars.push(sidecar);
    this.watch(construct, sidecar.path);
  }

  public addAudit(construct: IConstruct, audit: AuditIntent): void {
    this.audits.push(audit);
    this.watch(construct, audit.path);
  }

  public allow(allowance: AllowanceIntent): void {
    addTo(this.permissions, allowance.egress.path, allowance.permission);
    this.allowances.push(allowance);
    this.changed();
  }

  /** The plan of all that was told so far. */
  public plan(): Plan {
    return this.planNow().plan;
  }

  /** The ways of an egress to one of its hosts, by port. */
  public waysOf(egress: EgressIntent, host: string): readonly Way[] {
    return this.planNow().ways.get(`${egress.path} ${host}`)!;
  }

  /** The way of an egress to a host and port. */
  public wayOf(egress: EgressIntent, host: string, port: number): Way {
    return this.waysOf(egress, host).find(way => way.port === port)!;
  }

  /** A gateway with all that stands at it. */
  public gatewayPlan(gateway: GatewayIntent): GatewayPlan {
    return this.gatewayNamed(gatewayName(gateway));
  }

  /** A gateway by its name. */
  public gatewayNamed(name: string): GatewayPlan {
    return this.planNow().gateways.get(name)!;
  }

  /** The fence around a locked namespace. */
  public fenceOf(namespace: string): Fence {
    return this.planNow().fences.get(namespace)!;
  }

  /** What the sidecars of a namespace know that is not locked. */
  public viewOf(namespace: string): View {
    return this.planNow().views.get(namespace)!;
  }

  /** Whether a lockdown says who may reach a gateway. */
  public isLockedDown(gateway: GatewayIntent): boolean {
    return this.lockdowns.some(({ gateways }) => gateways.some(one => gatewayName(one) === gatewayName(gateway)));
  }

  /** Every lockdown, sorted by path. */
  public allLockdowns(): LockdownIntent[] {
    return byPath(this.lockdowns);
  }

  /** Whether the app runs a gateway itself. */
  public runs(gateway: string): boolean {
    return this.gatewayOf(gateway).intent.workload !== undefined;
  }

  /** The logs of all audits, as the mesh must know them, sorted. */
  public auditProviders(): string[] {
    return [...new Set(this.audits.map(({ provider }) => provider))].sort();
  }

  /** The gateways that the app runs itself, sorted by path. */
  public ownGateways(): GatewayIntent[] {
    return byPath([...this.gateways.values()].flat().map(({ intent }) => intent).filter(({ workload }) => workload));
  }

  private planNow(): Planned {
    if (!this.planned) {
      const plan = planOf({
        app: appOf(this.root).name,
        egresses: byPath(this.egresses),
        routeOf: egress => this.routeOf(egress),
        permissionsOn: egress => this.permissions.get(egress.path),
        gateways: [...this.gateways.keys()].sort().map(name => this.gatewayOf(name).intent),
        lockdowns: byPath(this.lockdowns),
        sidecars: byPath(this.sidecars),
      });
      this.planned = {
        plan,
        ways: grouped(plan.ways.map(way => [`${way.egress} ${way.host}`, way] as const)),
        gateways: new Map(plan.gateways.map(gateway => [gateway.name, gateway])),
        fences: new Map(plan.fences.map(fence => [fence.namespace, fence])),
        views: new Map((plan.views ?? []).map(view => [view.namespace, view])),
      };
    }
    return this.planned;
  }

  /** Of all constructs that name a gateway, the one that says most of it: the one that runs it, else the first by path. */
  private gatewayOf(name: string): { readonly construct: Construct; readonly intent: GatewayIntent } {
    if (!this.speakers.has(name)) {
      const all = this.gateways.get(name)!;
      const own = all.filter(({ intent }) => intent.workload);
      this.speakers.set(name, (own.length > 0 ? own : all).reduce((first, other) => other.intent.path < first.intent.path ? other : first));
    }
    return this.speakers.get(name)!;
  }

  private routeOf(egress: EgressIntent): RouteIntent | undefined {
    const route = this.routes.get(egress.path)?.[0];
    return route && this.resolved(route);
  }

  /** A route with the gateway as all who name it know it. */
  private resolved(route: RouteIntent): RouteIntent {
    const { intent } = this.gatewayOf(gatewayName(route.gateway));
    return intent === route.gateway ? route : { ...route, gateway: intent };
  }

  /** A gateway of another app is still one. */
  private know(construct: Construct, intent: GatewayIntent): void {
    const name = gatewayName(intent);
    if (!this.gateways.has(name)) this.gateways.set(name, [{ construct, intent }]);
  }

  private watch(construct: IConstruct, path: string): void {
    this.changed();
    this.watched.add(path);
    construct.node.addValidation({ validate: () => this.problemsNow().get(path) ?? [] });
  }

  private changed(): void {
    this.planned = undefined;
    this.problems = undefined;
    this.speakers.clear();
  }

  /** Makes what gateways share, which only the whole plan tells, and says what is wrong that is no construct's. */
  private complete(): string[] {
    const { plan } = this.planNow();
    const problems = this.problemsNow();
    if (this.completed !== plan) {
      this.shared.splice(0).forEach(retract);
      for (const gateway of plan.gateways) {
        const { construct, intent: { namespace, labels, annotations } } = this.gatewayOf(gateway.name);
        this.shared.push(...this.backend.gateway(construct, { namespace, labels, annotations }, plan, gateway));
      }
      // what is there twice for another reason has two of its objects
      this.named = problems.size > 0 ? [] : nameProblems(this.root.node.findAll().filter(ApiObject.isApiObject).map(settled)).map(({ path, text }) => `${path}: ${text}`);
      this.completed = plan;
    }
    return [...this.named, ...[...problems].filter(([path]) => !this.watched.has(path)).flatMap(([path, texts]) => texts.map(text => `${path}: ${text}`))];
  }

  private problemsNow(): Map<string, string[]> {
    if (!this.problems) {
      this.problems = new Map();
      const egresses = byPath(this.egresses);
      const routes = byPath([...this.routes.values()].flat()).map(route => this.resolved(route));
      const gateways = byPath([...this.gateways.values()].flat().map(({ intent }) => intent));
      const { plan } = this.planNow();
      const routeOf = (egress: EgressIntent) => this.routeOf(egress);
      // what is of another app is not in the plan of this one
      const problems = this.foreign.length > 0 ? this.foreign : [
        ...relationProblems(egresses, routes, plan),
        ...gatewayProblems(gateways, [...routes.map(({ gateway }) => gateway), ...this.audits.flatMap(audit => audit.gateways)]),
        ...secretProblems(this.root, egresses, routes, this.ownGateways()),
        ...identityProblems(this.allowances, egresses, routeOf),
        ...lockdownProblems(this.allLockdowns(), byPath(this.sidecars), plan, this.ownGateways()),
        ...auditProblems(byPath(this.audits)),
        ...planProblems(plan),
        ...this.backend.unsupported(plan),
      ];
      for (const { path, text } of problems) {
        if (!this.problems.get(path)?.includes(text)) addTo(this.problems, path, text);
      }
      // cdk8s knows errors alone
      for (const text of manyCallers(plan)) {
        process.emitWarning(text, 'EgressWarning');
      }
    }
    return this.problems;
  }
}

function byPath<T extends { readonly path: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
