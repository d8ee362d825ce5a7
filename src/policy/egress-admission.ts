import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AdmissionSubject } from './admission-subject';
import { EgressTeam } from './egress-team';
import { EGRESS_ADMISSION, EGRESS_TEAM } from './known-props';
import { admissionPolicy, admissionPolicyBinding } from '../emit/kubernetes/admission-policy';
import { AdmissionPolicy, doorPolicies, exportPolicies, lockdownPolicies, routePolicies } from '../emit/kubernetes/egress-admission';
import { IEgressGateway } from '../gateway/egress-gateway-base';
import { gatewayIntents } from '../gateway/gateway-values';
import { AdmissionIntent, Subjects, TeamIntent } from '../intent/admission';
import { appOf } from '../intent/app';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';
import { admissionName } from '../plan/names';

/** What an `EgressAdmission` holds. */
export enum EgressAdmissionRule {
  /** Doors of a gateway are its namespace's: nobody elsewhere writes what Istio would apply to the gateway's pods. */
  DOORS = 'doors',

  /** A ServiceEntry, VirtualService or DestinationRule is exported to its own namespace, or to those that are allowed. */
  EXPORTS = 'exports',

  /** Whoever writes into a gateway's namespace is a team, and names its own hosts, Secrets and suffix alone. */
  ROUTES = 'routes',

  /** In a locked namespace nobody opens a further way. */
  LOCKDOWN = 'lockdown',
}

/** What the API server does with a request that a policy is against. */
export enum AdmissionAction {
  /** It refuses. */
  DENY = 'Deny',

  /** It takes it, and warns who asked. */
  WARN = 'Warn',

  /** It takes it, and says so in its audit log. */
  AUDIT = 'Audit',
}

/** Props of an `EgressAdmission`. */
export interface EgressAdmissionProps {
  /**
   * Who may write all that others may not: the platform's engineers, and whatever applies their manifests. Argo CD and Flux apply those of
   * every team under one account, unless they are told to impersonate: where that account is exempt, what a team may write is told by Argo CD's
   * AppProjects or Flux's `serviceAccountName` instead.
   */
  readonly exempt: AdmissionSubject[];

  /**
   * Gateways whose doors are held.
   *
   * @default - none
   */
  readonly gateways?: IEgressGateway[];

  /**
   * Labels of the pods of other gateways, which no pod of `gateways` has: a Gateway that selects pods by them is none of ours.
   *
   * @default - none: a Gateway of another namespace is taken if its selector has a label of `gateways`' with another value
   */
  readonly otherSelectors?: { [key: string]: string }[];

  /**
   * Teams whose pipelines write routes into the gateways' namespaces. They need Kubernetes 1.31, whose expressions know addresses.
   *
   * @default - none: only `exempt` may write there
   */
  readonly teams?: EgressTeam[];

  /**
   * Namespaces in which nobody but `exempt` may open further ways; those of an EgressLockdown.
   *
   * @default - none
   */
  readonly lockedNamespaces?: string[];

  /**
   * What is held.
   *
   * @default - all of it: doors and routes of `gateways`, exports, and the lockdown of `lockedNamespaces`
   */
  readonly rules?: EgressAdmissionRule[];

  /**
   * What happens to what is not allowed. Begin with `WARN` and `AUDIT` where others write already.
   *
   * @default [AdmissionAction.DENY]
   */
  readonly validationActions?: AdmissionAction[];

  /**
   * Whether the mesh's own `defaultServiceExportTo`, `defaultVirtualServiceExportTo` and `defaultDestinationRuleExportTo` are `.`, so that
   * `exportTo` may be left out.
   *
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig
   * @default false
   */
  readonly privateByDefault?: boolean;

  /**
   * Labels for every emitted object.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/**
 * Keeps others than the platform from writing what would take an egress elsewhere, shut a gateway or open a locked namespace, by
 * ValidatingAdmissionPolicies: the API server refuses it. It belongs into the platform's chart, once a cluster.
 *
 * What was there before is not looked at again until its spec is changed. It needs Kubernetes 1.30, and RBAC beside it: whoever may write these
 * policies, or impersonate `exempt`, is not held (docs/platform.md).
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 * @example
 * new EgressAdmission(platform, 'admission', {
 *   exempt: [AdmissionSubject.group('platform-engineers'), AdmissionSubject.serviceAccount('platform', 'deployer')],
 *   gateways: [gateway],
 *   teams: [{ namespaces: ['bookinfo'], apps: ['bookinfo'], hosts: ['*.example.com'], secrets: ['partner-client'] }],
 *   lockedNamespaces: ['bookinfo'],
 * });
 */
export class EgressAdmission extends Construct {
  /** The policies and their bindings, for patches. */
  public readonly admissionPolicies: ApiObject[];

  public constructor(scope: Construct, id: string, props: EgressAdmissionProps) {
    super(scope, id);
    const values = Values.of(this);
    values.props(EgressAdmission, new.target, props, EGRESS_ADMISSION);
    const name = values.appName(appOf(this));
    const intent = intentOf(values, props, name, appOf(this).rootNamespace);
    const rules = rulesOf(values, props);
    const actions = actionsOf(values, props);
    const meta = { labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };

    const held: { readonly [rule in EgressAdmissionRule]: (held: AdmissionIntent) => AdmissionPolicy[] } = {
      [EgressAdmissionRule.DOORS]: doorPolicies,
      [EgressAdmissionRule.EXPORTS]: exportPolicies,
      [EgressAdmissionRule.ROUTES]: routePolicies,
      [EgressAdmissionRule.LOCKDOWN]: lockdownPolicies,
    };
    this.admissionPolicies = rules.flatMap(rule => held[rule](intent).flatMap(({ what, spec, matchResources }) => {
      const named = { ...meta, name: admissionName(rule, what, name) };
      return [
        admissionPolicy(this, `ValidatingAdmissionPolicy-${rule}-${what}`, named, spec),
        admissionPolicyBinding(this, `ValidatingAdmissionPolicyBinding-${rule}-${what}`, named, actions, matchResources),
      ];
    }));
  }
}

/** What Kubernetes calls a service account, and all of a namespace. */
const ACCOUNT = 'system:serviceaccount:';
const ACCOUNTS = 'system:serviceaccounts:';

function rulesOf(values: Values, { rules, gateways, lockedNamespaces }: EgressAdmissionProps): EgressAdmissionRule[] {
  const every = Object.values(EgressAdmissionRule);
  const needs: { readonly [rule in EgressAdmissionRule]?: { readonly prop: string; readonly given?: unknown[] } } = {
    [EgressAdmissionRule.DOORS]: { prop: 'gateways', given: gateways },
    [EgressAdmissionRule.ROUTES]: { prop: 'gateways', given: gateways },
    [EgressAdmissionRule.LOCKDOWN]: { prop: 'lockedNamespaces', given: lockedNamespaces },
  };
  const has = (rule: EgressAdmissionRule) => !needs[rule] || (needs[rule].given ?? []).length > 0;
  if (rules === undefined) return every.filter(has);
  const chosen = values.list('rules', rules, (item, rule) => values.oneOf(item, rule, every));
  const idle = chosen.find(rule => !has(rule));
  if (idle) {
    values.refuse(Problem.CONTRADICTING_PROPS, `rules has "${idle}" and there are no ${needs[idle]!.prop}`, `give ${needs[idle]!.prop}, or leave the rule out`);
  }
  return every.filter(rule => chosen.includes(rule));
}

function actionsOf(values: Values, { validationActions }: EgressAdmissionProps): AdmissionAction[] {
  const actions = values.list('validationActions', validationActions ?? [AdmissionAction.DENY], (item, action) => values.oneOf(item, action, Object.values(AdmissionAction)));
  if (actions.includes(AdmissionAction.DENY) && actions.includes(AdmissionAction.WARN)) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'validationActions has both "Deny" and "Warn", which Kubernetes refuses', 'give one of them');
  }
  return actions.sort();
}

function intentOf(values: Values, props: EgressAdmissionProps, app: string, rootNamespace: string): AdmissionIntent {
  const gateways = isNone(props.gateways) ? [] : gatewayIntents(values, props.gateways).sort((a, b) => gatewayName(a) < gatewayName(b) ? -1 : 1);
  const lockedNamespaces = values.listOrNone('lockedNamespaces', props.lockedNamespaces, (item, name) => values.name(item, name)).sort();
  const own = gateways.find(({ namespace }) => lockedNamespaces.includes(namespace));
  if (own) {
    values.refuse(Problem.LOCKDOWN_OF_GATEWAY, `lockedNamespaces names "${own.namespace}", where the pods of gateway "${gatewayName(own)}" must get out`,
      'run the gateway in a namespace of its own, or leave this one out');
  }
  const teams = values.listOrNone('teams', props.teams, (item, team) => teamIntent(values, item, team));
  if (teams.length > 0 && gateways.length === 0 && teams.every(({ exportTo }) => exportTo.length === 0)) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'teams is given without gateways, in whose namespaces they write', 'give gateways, or leave teams out');
  }
  const intent: AdmissionIntent = {
    exempt: subjects(values, 'exempt', values.required('exempt', props.exempt)),
    gateways,
    otherSelectors: values.listOrNone('otherSelectors', props.otherSelectors, (item, labels) => otherSelector(values, item, labels, gateways))
      .sort((a, b) => textOf(a) < textOf(b) ? -1 : 1),
    teams,
    lockedNamespaces,
    rootNamespace,
    privateByDefault: values.flag('privateByDefault', props.privateByDefault),
  };
  refuseExempt(values, intent);
  teams.forEach((_, i) => refuseTeam(values, intent, i, app));
  return { ...intent, teams: [...teams].sort((a, b) => a.apps[0] < b.apps[0] ? -1 : 1) };
}

function isNone(list: unknown): list is undefined {
  return list === undefined || (Array.isArray(list) && list.length === 0);
}

/** Labels, whatever order they were given in. */
function textOf(labels: { readonly [key: string]: string }): string {
  return JSON.stringify(Object.entries(labels).sort());
}

function otherSelector(
  values: Values, item: string, given: { [key: string]: string }, gateways: readonly GatewayIntent[],
): { [key: string]: string } {
  const labels = values.selector(item, given);
  const own = gateways.find(({ selector }) => Object.entries(labels).every(([key, value]) => selector[key] === value));
  if (own) {
    values.refuse(Problem.CONTRADICTING_PROPS, `${item} selects the pods of gateway "${gatewayName(own)}", whose labels these are`,
      'give labels that the other gateway\'s pods alone have, or leave it out');
  }
  return labels;
}

/** What Kubernetes calls all who ask, or all service accounts. */
const EVERYBODY = ['system:authenticated', 'system:serviceaccounts', 'system:unauthenticated'];

function refuseExempt(values: Values, { exempt }: AdmissionIntent): void {
  const all = exempt.groups.find(group => EVERYBODY.includes(group));
  if (all !== undefined) {
    values.refuse(Problem.CONTRADICTING_PROPS, `exempt has group "${all}", so that nothing is held`, 'name the platform\'s own groups and service accounts');
  }
}

/** A team that the policies would not hold, or not hold apart from another or the platform. */
function refuseTeam(values: Values, { exempt, gateways, teams, rootNamespace }: AdmissionIntent, i: number, app: string): void {
  const { users, groups, apps, namespaces } = teams[i];
  const refuse = (wrong: string, mend: string) => values.refuse(Problem.CONTRADICTING_PROPS, wrong, mend);
  const shared = [
    ...users.filter(user => exempt.users.includes(user) || exempt.groups.some(group => isAccountOf(user, group))).map(user => `user "${user}"`),
    ...groups.filter(group => exempt.groups.includes(group)).map(group => `group "${group}"`),
  ];
  if (shared.length > 0) {
    refuse(`exempt and teams[${i}] both have ${shared[0]}, who would not be held`, 'leave it out of exempt, or give the team subjects of its own');
  }
  if (apps.includes(app)) {
    refuse(`apps of teams[${i}] has "${app}", this app, whose objects are the platform's`, 'give the names of the team\'s own apps');
  }
  const other = teams.findIndex((team, j) => j < i && team.apps.some(name => apps.includes(name)));
  if (other >= 0) {
    refuse(`apps of teams[${i}] has "${apps.find(name => teams[other].apps.includes(name))}", an app of teams[${other}], so that each could change what the other wrote`,
      'give it to one of them, or make them one team with the namespaces and subjects of both');
  }
  const taken = namespaces.find(namespace => namespace === rootNamespace || gateways.some(gateway => gateway.namespace === namespace));
  if (taken !== undefined) {
    refuse(`namespaces of teams[${i}] has "${taken}", which is ${taken === rootNamespace ? 'Istio\'s root namespace' : 'a gateway\'s'}`,
      'give the namespaces of the team\'s own workloads');
  }
}

/** Whether a user is a service account of a group of them. */
function isAccountOf(user: string, group: string): boolean {
  return group.startsWith(ACCOUNTS) && user.startsWith(`${ACCOUNT}${group.slice(ACCOUNTS.length)}:`);
}

function teamIntent(values: Values, what: string, team: EgressTeam): TeamIntent {
  const { namespaces, apps, hosts, addresses, secrets, exportTo, subjects: who } = values.known(what, team, EGRESS_TEAM);
  const names = (prop: string, given: string[] | undefined) => values.listOrNone(`${prop} of ${what}`, given, (item, name) => values.name(item, name)).sort();
  const own = values.list(`namespaces of ${what}`, values.required(`namespaces of ${what}`, namespaces), (item, name) => values.name(item, name)).sort();
  return {
    ...subjects(values, `subjects of ${what}`, who ?? own.map(namespace => AdmissionSubject.serviceAccountsOf(namespace))),
    namespaces: own,
    apps: values.list(`apps of ${what}`, values.required(`apps of ${what}`, apps), (item, name) => values.name(item, name)).sort(),
    hosts: hosts === undefined ? undefined : values.listOrNone(`hosts of ${what}`, hosts, (item, host) => values.host(item, host, true)).sort(),
    addresses: addresses === undefined ? hosts && [] : values.addresses(`addresses of ${what}`, addresses),
    secrets: values.listOrNone(`secrets of ${what}`, secrets, (item, name) => secretName(values, item, name)).sort(),
    exportTo: names('exportTo', exportTo),
  };
}

/** The name of a Secret, or the path of a file in the gateway's proxies, which Istio joins to others by "~". */
function secretName(values: Values, item: string, name: string): string {
  if (typeof name !== 'string' || !name.startsWith('/')) return values.objectName(item, name);
  if (!/^\/[^~]+$/.test(name)) {
    values.refuse(Problem.INVALID_PATH, `${item} is ${JSON.stringify(name)}`, 'give the absolute path of a file in the proxy\'s container, without "~"');
  }
  return name;
}

function subjects(values: Values, prop: string, given: AdmissionSubject[]): Subjects {
  const known = values.list(prop, given, (item, subject) => {
    const who = values.kindOf(item, subject, 'an AdmissionSubject, such as AdmissionSubject.group(...) gives', value => value._given?.by !== undefined)._given;
    switch (who.by) {
      case 'service-account': return `user ${ACCOUNT}${values.name(`${item}'s namespace`, who.namespace)}:${values.objectName(item, who.name)}`;
      case 'namespace': return `group ${ACCOUNTS}${values.name(`${item}'s namespace`, who.namespace)}`;
      default: return `${who.by} ${knownName(values, item, who.name)}`;
    }
  }).sort();
  const of = (kind: string) => known.filter(one => one.startsWith(`${kind} `)).map(one => one.slice(kind.length + 1));
  return { users: of('user'), groups: of('group') };
}

/** What an identity provider calls somebody. */
function knownName(values: Values, prop: string, given: string): string {
  if (typeof given !== 'string' || given === '' || given.trim() !== given) {
    values.refuse(Problem.INVALID_NAME, `${prop} is ${JSON.stringify(given)}`, 'give the name as the API server knows it, without spaces around it');
  }
  return given;
}
