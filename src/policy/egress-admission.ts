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
import { gatewayName } from '../intent/gateway';
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
   * Labels of the pods of other gateways: a Gateway that selects pods by them is none of ours.
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
   * Istio's root namespace, whose policies and filters hold for the whole mesh.
   *
   * @default istio-system
   */
  readonly rootNamespace?: string;

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
    const intent = intentOf(values, props);
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

function intentOf(values: Values, props: EgressAdmissionProps): AdmissionIntent {
  const gateways = props.gateways === undefined || props.gateways.length === 0 ? [] : gatewayIntents(values, props.gateways);
  const lockedNamespaces = values.listOrNone('lockedNamespaces', props.lockedNamespaces, (item, name) => values.name(item, name)).sort();
  const own = gateways.find(({ namespace }) => lockedNamespaces.includes(namespace));
  if (own) {
    values.refuse(Problem.LOCKDOWN_OF_GATEWAY, `lockedNamespaces names "${own.namespace}", where the pods of gateway "${gatewayName(own)}" must get out`,
      'run the gateway in a namespace of its own, or leave this one out');
  }
  const teams = (props.teams ?? []).map((team, i) => teamIntent(values, `teams[${i}]`, team));
  if (teams.length > 0 && gateways.length === 0 && teams.every(({ exportTo }) => exportTo.length === 0)) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'teams is given without gateways, in whose namespaces they write', 'give gateways, or leave teams out');
  }
  return {
    exempt: subjects(values, 'exempt', values.required('exempt', props.exempt)),
    gateways,
    otherSelectors: values.listOrNone('otherSelectors', props.otherSelectors, (item, labels) => values.selector(item, labels)),
    teams,
    lockedNamespaces,
    rootNamespace: values.name('rootNamespace', props.rootNamespace ?? 'istio-system'),
    privateByDefault: props.privateByDefault ?? false,
  };
}

function teamIntent(values: Values, what: string, team: EgressTeam): TeamIntent {
  const { namespaces, apps, hosts, addresses, secrets, exportTo, subjects: who } = values.known(what, team, EGRESS_TEAM);
  const names = (prop: string, given: string[] | undefined) => values.listOrNone(`${prop} of ${what}`, given, (item, name) => values.name(item, name)).sort();
  const own = values.list(`namespaces of ${what}`, values.required(`namespaces of ${what}`, namespaces), (item, name) => values.name(item, name)).sort();
  return {
    ...subjects(values, `subjects of ${what}`, who ?? own.map(namespace => AdmissionSubject.serviceAccountsOf(namespace))),
    namespaces: own,
    apps: values.list(`apps of ${what}`, values.required(`apps of ${what}`, apps), (item, name) => values.name(item, name)).sort(),
    hosts: hosts && values.listOrNone(`hosts of ${what}`, hosts, (item, host) => values.host(item, host, true)).sort(),
    addresses: addresses ? values.addresses(`addresses of ${what}`, addresses) : hosts && [],
    secrets: values.listOrNone(`secrets of ${what}`, secrets, (item, name) => name.startsWith('/') ? name : values.objectName(item, name)).sort(),
    exportTo: names('exportTo', exportTo),
  };
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
