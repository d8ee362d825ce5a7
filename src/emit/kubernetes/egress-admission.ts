import { cel } from './admission-policy';
import { AdmissionIntent, Subjects, TeamIntent } from '../../intent/admission';
import { GatewayIntent, gatewayName } from '../../intent/gateway';
import { PART_OF } from '../../intent/reserved-names';
import { appDomain } from '../../plan/names';

/*
 * What the API server is told to refuse, in CEL. A policy is for kinds of one shape, so that Kubernetes checks its expressions against
 * their schemas. Where a field may be missing, as after a mistake or in an older object, it is asked for as an optional one: an expression that
 * fails refuses.
 */

/** A ValidatingAdmissionPolicy, and where its binding puts it to work. */
export interface AdmissionPolicy {
  /** What it is about, as the last part of its name. */
  readonly what: string;
  readonly spec: unknown;
  readonly matchResources: unknown;
}

interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
}

interface Validation {
  readonly expression: string;
  readonly message: string;
}

const NETWORKING = 'networking.istio.io';

const kinds = (apiGroup: string, apiVersion: string, ...resources: string[]): ResourceRule =>
  ({ apiGroups: [apiGroup], apiVersions: [apiVersion], resources });

const VIRTUAL_SERVICES = kinds(NETWORKING, 'v1', 'virtualservices');
const GATEWAYS = kinds(NETWORKING, 'v1', 'gateways');
const SERVICE_ENTRIES = kinds(NETWORKING, 'v1', 'serviceentries');
const DESTINATION_RULES = kinds(NETWORKING, 'v1', 'destinationrules');
const AUTHORIZATION_POLICIES = kinds('security.istio.io', 'v1', 'authorizationpolicies');
/** What a route consists of. */
const OF_ROUTES = [GATEWAYS, VIRTUAL_SERVICES, SERVICE_ENTRIES, DESTINATION_RULES, AUTHORIZATION_POLICIES];

/** A label of a DNS name, in regular expressions. */
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Controllers that take away what a namespace or an owner leaves behind. */
const COLLECTORS = ['system:serviceaccount:kube-system:generic-garbage-collector', 'system:serviceaccount:kube-system:namespace-controller'];

const within = (namespaces: readonly string[]) => among('In', namespaces);
const outside = (namespaces: readonly string[]) => among('NotIn', namespaces);

function among(operator: string, namespaces: readonly string[]) {
  return { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator, values: [...new Set(namespaces)].sort() }] } };
}

/** Whether somebody asks. */
const asked = ({ users, groups }: Subjects) =>
  `request.userInfo.username in ${cel(users)} || request.userInfo.?groups.orValue([]).exists(g, g in ${cel(groups)})`;

interface PolicyOptions {
  readonly operations?: readonly string[];
  readonly except?: readonly ResourceRule[];
  readonly variables?: { readonly [name: string]: string };

  /** Whether a change that leaves the spec as it is is refused as well. */
  readonly always?: boolean;
}

function policy(
  { exempt }: AdmissionIntent, what: string, matchResources: unknown, rules: readonly ResourceRule[], validations: readonly Validation[],
  options: PolicyOptions = {},
): AdmissionPolicy {
  const operations = options.operations ?? ['CREATE', 'UPDATE'];
  const resourceRules = (of: readonly ResourceRule[]) => of.map(rule => ({ ...rule, operations }));
  return {
    what,
    matchResources,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: resourceRules(rules), excludeResourceRules: options.except && resourceRules(options.except) },
      matchConditions: [
        { name: 'not-exempt', expression: `!(${asked(operations.includes('DELETE') ? { ...exempt, users: [...exempt.users, ...COLLECTORS] } : exempt)})` },
        ...(options.always ? [] : [{ name: 'changes', expression: 'request.operation != "UPDATE" || object.?spec != oldObject.?spec' }]),
      ],
      variables: options.variables && Object.entries(options.variables).map(([name, expression]) => ({ name, expression })),
      validations,
    },
  };
}

/** That no pod which has certain labels is selected: a selector says another value of one of them, or the labels of other gateways. */
function selectsNone(selector: string, labels: GatewayIntent['selector'], others: AdmissionIntent['otherSelectors']): string {
  const sorted = (of: { readonly [key: string]: string }) => Object.entries(of).sort();
  return [
    ...sorted(labels).map(([key, value]) => `${selector}[?${cel(key)}].orValue(${cel(value)}) != ${cel(value)}`),
    ...others.map(other => `(${sorted(other).map(([key, value]) => `${selector}[?${cel(key)}].orValue("") == ${cel(value)}`).join(' && ')})`),
  ].join(' || ');
}

const labelsOf = ({ selector }: GatewayIntent) => Object.entries(selector).sort().map(([key, value]) => `${key}: ${value}`).join(', ');

const namespacesOf = (gateways: readonly GatewayIntent[]) => [...new Set(gateways.map(({ namespace }) => namespace))].sort();

/** Doors of gateways are their namespaces'. */
export function doorPolicies(intent: AdmissionIntent): AdmissionPolicy[] {
  const { gateways, otherSelectors, rootNamespace } = intent;
  const theirs = namespacesOf(gateways);
  const elsewhere = outside(theirs);
  const gatewayIs = (named: string) => theirs.map(namespace => `!${named}.startsWith(${cel(`${namespace}/`)}) && !${named}.matches(${cel(`^[^/.]+[.]${namespace}([.]|$)`)})`).join(' && ');
  const bound = (field: string) => `object.?spec.?${field}.orValue([]).all(r, r.?match.orValue([]).all(m, m.?gateways.orValue([]).all(g, ${gatewayIs('g')})))`;
  const unselected = (selector: string) => gateways.map(gateway => ({
    expression: selectsNone(selector, gateway.selector, otherSelectors),
    message: `this would apply to the pods of egress gateway ${gatewayName(gateway)}, which only the platform may do: give its selector another value of ${labelsOf(gateway)}; without a selector it applies to every gateway's pods`,
  }));
  const inRoot = within([rootNamespace]);
  return [
    policy(intent, 'gateways', elsewhere, [GATEWAYS], unselected('object.?spec.?selector')),
    policy(intent, 'virtualservices', elsewhere, [VIRTUAL_SERVICES], [{
      expression: [`object.?spec.?gateways.orValue([]).all(g, ${gatewayIs('g')})`, ...['http', 'tls', 'tcp'].map(bound)].join(' && '),
      message: `a VirtualService leads from Gateways of namespace ${theirs.join(', ')}, which are the egress gateway's: name Gateways of other namespaces, or "mesh"`,
    }]),
    policy(intent, 'gateway-api', elsewhere, [kinds('gateway.networking.k8s.io', '*', '*'), kinds('gateway.networking.x-k8s.io', '*', '*')], [
      {
        expression: gateways.map(({ namespace, service, host }) =>
          `object.?spec.?addresses.orValue([]).all(a, a.?value.orValue("") != ${cel(host)} && !a.?value.orValue("").startsWith(${cel(`${service}.${namespace}.`)}))`).join(' && '),
        message: `a Gateway names the Service of an egress gateway as its address: ${gateways.map(gatewayName).join(', ')} is the platform's alone`,
      },
      {
        expression: `object.?spec.?parentRefs.orValue([]).all(p, !(p.?namespace.orValue("") in ${cel(theirs)}))`
          + ` && !(object.?spec.?parentRef.?namespace.orValue("") in ${cel(theirs)})`,
        message: `a parentRef names something of namespace ${theirs.join(', ')}, which is the egress gateway's: attach to Gateways of other namespaces`,
      },
    ]),
    ...(theirs.includes(rootNamespace) ? [] : [
      policy(intent, 'root-envoyfilters', inRoot, [kinds(NETWORKING, 'v1alpha3', 'envoyfilters')], unselected('object.?spec.?workloadSelector.?labels')),
      policy(intent, 'root-policies', inRoot, [
        kinds('security.istio.io', 'v1', 'authorizationpolicies', 'peerauthentications', 'requestauthentications'),
        kinds('telemetry.istio.io', 'v1', 'telemetries'),
        kinds('extensions.istio.io', 'v1alpha1', 'trafficextensions', 'wasmplugins'),
        kinds(NETWORKING, 'v1beta1', 'proxyconfigs'),
      ], unselected('object.?spec.?selector.?matchLabels')),
      policy(intent, 'root-destinationrules', inRoot, [DESTINATION_RULES], [{
        expression: 'false',
        message: `a DestinationRule of Istio's root namespace ${rootNamespace} holds for the whole mesh, egress gateways included: write it into another namespace`,
      }]),
    ]),
  ];
}

/** Objects are exported to their own namespaces, or to those that are allowed. */
export function exportPolicies(intent: AdmissionIntent): AdmissionPolicy[] {
  const { teams, privateByDefault } = intent;
  const shared = new Map<string, Set<string>>();
  for (const { namespaces, exportTo } of teams.filter(team => team.exportTo.length > 0)) {
    for (const namespace of namespaces) {
      shared.set(namespace, new Set([...shared.get(namespace) ?? [], ...namespaces, ...exportTo]));
    }
  }
  const allowed = [
    't == "."', 't == request.namespace',
    ...[...shared].sort().map(([namespace, to]) => `(request.namespace == ${cel(namespace)} && t in ${cel([...to].sort())})`),
  ].join(' || ');
  return [
    policy(intent, 'exportto', {}, [kinds(NETWORKING, 'v1', 'destinationrules', 'serviceentries', 'virtualservices')], [{
      expression: `${privateByDefault ? '' : 'size(object.?spec.?exportTo.orValue([])) > 0 && '}object.?spec.?exportTo.orValue([]).all(t, ${allowed})`,
      message: `what other namespaces see takes their traffic: give exportTo: ["."], or the namespaces that the platform allows${privateByDefault ? '' : '; left out it is every namespace'}`,
    }]),
  ];
}

/** What teams write into the namespaces of gateways. */
export function routePolicies(intent: AdmissionIntent): AdmissionPolicy[] {
  const { gateways, teams, rootNamespace } = intent;
  const theirs = namespacesOf(gateways);
  const here = within(theirs);
  const strangers = ['networking.istio.io', 'security.istio.io', 'telemetry.istio.io', 'extensions.istio.io', 'gateway.networking.k8s.io',
    'gateway.networking.x-k8s.io', 'networking.k8s.io'].map(group => kinds(group, '*', '*'));
  const refuseAll = { operations: ['CREATE', 'UPDATE', 'DELETE'], always: true };
  const place = theirs.join(', ');
  if (teams.length === 0) {
    return [policy(intent, 'others', here, strangers, [{ expression: 'false', message: `only the platform writes into namespace ${place}, which is an egress gateway's` }], refuseAll)];
  }
  const mine = `${literal(teams, theirs)}.filter(team, request.userInfo.username in team.users || request.userInfo.?groups.orValue([]).exists(g, g in team.groups))`;
  const variables = { mine };
  const own = (name: string) => `variables.mine.exists(team, team.domains.exists(suffix, ${name}.endsWith(suffix)))`;
  // in lower case, without a final dot, and with a top level that is no number: resolvers take other spellings for the same name, or for an address
  const named = (name: string, first: string) => `${name}.matches("^${first}(${LABEL}[.])*[a-z]([-a-z0-9]*[a-z0-9])?$") && !${name}.endsWith("egress.internal")`
    + ` && variables.mine.exists(team, ${name} in team.hosts || team.under.exists(suffix, ${name}.endsWith(suffix)))`;
  const outsideHost = (name: string) => `${name} != "*.internal" && ${named(name, `([*]|${LABEL})[.]`)}`;
  const inside = [...new Set(['.localdomain', '.localhost', '.pod', '.svc', ...gateways.map(({ host, service, namespace }) => host.slice(`${service}.${namespace}.svc`.length))])].sort();
  const reached = (name: string) => `(isIP(${name}) ? ${addressed(teams, name)}`
    + ` : ${named(name, `${LABEL}[.]`)} && ${inside.map(suffix => `!${name}.endsWith(${cel(suffix)})`).join(' && ')})`;
  const selectors = theirs.map(namespace =>
    `(request.namespace == ${cel(namespace)} && (${gateways.filter(gateway => gateway.namespace === namespace).map(({ selector }) => `variables.selected == {${
      Object.entries(selector).sort().map(([key, value]) => `${cel(key)}: ${cel(value)}`).join(', ')}}`).join(' || ')}))`).join(' || ');
  const exported = { expression: 'object.?spec.?exportTo.orValue([]) == ["."]', message: `what stands in namespace ${place} is the gateway's alone: give exportTo: ["."]` };
  const secret = (tls: string) => ['credentialName', 'clientCertificate', 'privateKey'].map(field => `${tls}.?${field}.orValue("")`)
    .map(name => `(${name} == "" || ${name}.startsWith("configmap://") || variables.mine.exists(team, ${name} in team.secrets))`).join(' && ');
  const presented = (rules: string) => `${secret(`${rules}.?tls`)} && ${rules}.?portLevelSettings.orValue([]).all(p, ${secret('p.?tls')})`;
  const tunnelled = (rules: string) => [`${rules}.?tunnel.?targetHost.orValue("")`].map(host => `(${host} == "" || ${reached(host)})`)[0];
  const led = (route: string) => `${route}.all(d, ${own('d.?destination.?host.orValue("")')})`;
  const ofTeam = (object: string) => `variables.mine.exists(team, ${object}.metadata.?labels[?${cel(PART_OF)}].orValue("") in team.apps)`;
  return [
    policy(intent, 'others', here, strangers, [{
      expression: 'false',
      message: `a team writes Gateways, VirtualServices, ServiceEntries, DestinationRules and its AuthorizationPolicies into namespace ${place}, which is an egress gateway's; anything else is the platform's`,
    }], { ...refuseAll, except: OF_ROUTES }),
    policy(intent, 'owner', here, OF_ROUTES, [
      {
        expression: `request.operation == "DELETE" || ${ofTeam('object')}`,
        message: `the label ${PART_OF} does not name an app of a team that you write for`,
      },
      {
        expression: `request.operation == "CREATE" || ${ofTeam('oldObject')}`,
        message: 'the object is of an app of another team',
      },
    ], { ...refuseAll, variables }),
    policy(intent, 'gateways', here, [GATEWAYS], [
      {
        expression: selectors,
        message: `the selector is none of an egress gateway's of this namespace: ${gateways.map(labelsOf).join('; ')}`,
      },
      {
        expression: `object.?spec.?servers.orValue([]).all(s, s.?hosts.orValue([]).all(h, h.startsWith("./") && (${own('h')} || [h.substring(2)].exists(n, ${outsideHost('n')}))))`,
        message: 'a door has the own name of a route of the team\'s, under ./, or over a passthrough hop a host that the team may reach',
      },
      {
        expression: 'object.?spec.?servers.orValue([]).all(s, s.?tls.?mode.orValue("PASSTHROUGH") in ["ISTIO_MUTUAL", "PASSTHROUGH"])',
        message: 'the mode of a door\'s TLS is ISTIO_MUTUAL or PASSTHROUGH: certificates of the gateway are the platform\'s',
      },
    ], { variables: { ...variables, selected: 'object.?spec.?selector.orValue({})' } }),
    policy(intent, 'virtualservices', here, [VIRTUAL_SERVICES], [
      exported,
      {
        expression: 'size(object.?spec.?gateways.orValue([])) == 1 && object.spec.gateways.all(g, g == object.metadata.name)',
        message: 'a route leads from its own Gateway alone, which has its name',
      },
      {
        expression: `size(object.?spec.?hosts.orValue([])) > 0 && object.spec.hosts.all(h, ${own('h')} || (${outsideHost('h')}))`,
        message: 'hosts has a name that is neither an own name of a route of the team\'s nor a host that it may reach',
      },
      {
        expression: ['http', 'tls', 'tcp'].map(field => `object.?spec.?${field}.orValue([]).all(r, ${led('r.?route.orValue([])')})`).join(' && ')
          + ` && object.?spec.?http.orValue([]).all(r, !has(r.delegate) && (!has(r.mirror) || ${own('r.mirror.?host.orValue("")')}) && ${led('r.?mirrors.orValue([])')})`,
        message: 'a route leads to own names of the team\'s alone',
      },
    ], { variables }),
    policy(intent, 'serviceentries', here, [SERVICE_ENTRIES], [
      exported,
      {
        expression: `object.?spec.?hosts.orValue([]).all(h, ${own('h')}) && size(object.?spec.?addresses.orValue([])) == 0`
          + ' && !has(object.spec.workloadSelector) && object.?spec.?resolution.orValue("NONE") in ["STATIC", "DNS"] && size(object.?spec.?endpoints.orValue([])) > 0',
        message: 'an outer leg has own names of the team\'s and endpoints, and neither addresses nor a workloadSelector; its resolution is STATIC or DNS',
      },
      {
        expression: `object.?spec.?endpoints.orValue([]).all(e, ${reached('e.?address.orValue("")')})`,
        message: 'an endpoint is no host or address that the team may reach',
      },
    ], { variables }),
    policy(intent, 'destinationrules', here, [DESTINATION_RULES], [
      exported,
      { expression: own('object.?spec.?host.orValue("")'), message: 'the host is no own name of a route of the team\'s' },
      {
        expression: `${presented('object.?spec.?trafficPolicy')} && object.?spec.?subsets.orValue([]).all(s, ${presented('s.?trafficPolicy')})`,
        message: `the team may not use that Secret or file of namespace ${place}`,
      },
      {
        expression: `${tunnelled('object.?spec.?trafficPolicy')} && object.?spec.?subsets.orValue([]).all(s, ${tunnelled('s.?trafficPolicy')})`,
        message: 'the tunnel leads to a host that the team may not reach',
      },
    ], { variables }),
    policy(intent, 'authorizationpolicies', here, [AUTHORIZATION_POLICIES], [{
      expression: `object.?spec.?action.orValue("ALLOW") == "DENY" && (${selectors})`
        + ' && size(object.?spec.?rules.orValue([])) > 0 && object.spec.rules.all(r, r.?when.orValue([]).exists(w, w.key == "connection.sni" && size(w.?values.orValue([])) > 0'
        + ` && w.values.all(v, v.matches("^[hs]-[0-9a-z]+[.][*]$") || ${own('v')})))`,
      message: `an AuthorizationPolicy of a team denies, at the gateway's pods, by own names in connection.sni${theirs.includes(rootNamespace) ? `; in Istio's root namespace ${rootNamespace} it would hold everywhere else` : ''}`,
    }], { variables: { ...variables, selected: 'object.?spec.?selector.?matchLabels.orValue({})' } }),
  ];
}

/** The teams, for an expression to choose from: by `users` and `groups` what they may name. */
function literal(teams: readonly TeamIntent[], gatewayNamespaces: readonly string[]): string {
  const records = teams.map(({ users, groups, apps, hosts, secrets }) => {
    const { exact, under } = split(hosts);
    const named = secrets.flatMap(name => name.startsWith('/') ? [name]
      : [name, `kubernetes://${name}`, ...gatewayNamespaces.map(namespace => `kubernetes://${namespace}/${name}`)]);
    return `{${Object.entries({ users, groups, apps, domains: apps.map(app => `.${appDomain(app)}`), hosts: exact, under, secrets: named })
      .map(([key, value]) => `${cel(key)}: ${cel(value)}`).join(', ')}}`;
  });
  return `[${records.join(', ')}]`;
}

/** Exact hosts, and what others end in. */
function split(hosts: readonly string[] | undefined) {
  if (hosts === undefined) return { exact: [], under: [''] };
  return { exact: hosts, under: hosts.filter(host => host.startsWith('*.')).map(host => host.slice(1)) };
}

/** Whether a team that asks may reach an address: one of the proxy itself or its node only where it is given singly. */
function addressed(teams: readonly TeamIntent[], address: string): string {
  return teams.map(team => {
    const { addresses } = team;
    const elsewhere = `ip(${address}).isGlobalUnicast()`;
    const may = addresses === undefined ? elsewhere : [
      `${address} in ${cel(addresses.filter(one => !one.includes('/')))}`,
      ...addresses.filter(one => one.includes('/')).map(range => `(${elsewhere} && cidr(${cel(range)}).containsIP(${address}))`),
    ].join(' || ');
    return `((${asked(team)}) && (${may}))`;
  }).join(' || ');
}

/** In locked namespaces nobody opens a further way. */
export function lockdownPolicies(intent: AdmissionIntent): AdmissionPolicy[] {
  const { lockedNamespaces } = intent;
  const locked = within(lockedNamespaces);
  const only = 'this namespace is locked';
  const annotation = (name: string) => `object.metadata.?annotations[?${cel(name)}].orValue("")`;
  const notTheProxys = (field: string) => `object.spec.?${field}.orValue([]).all(c, c.name in ["istio-init", "istio-proxy", "istio-validation"]`
    + ' || (c.?securityContext.?runAsUser.orValue(0) != 1337 && c.?securityContext.?runAsGroup.orValue(0) != 1337))';
  const pods = { apiGroups: [''], apiVersions: ['v1'] };
  return [
    policy(intent, 'networkpolicies', locked, [kinds('networking.k8s.io', 'v1', 'networkpolicies')], [{
      expression: 'size(object.?spec.?egress.orValue([])) == 0',
      message: `${only}: NetworkPolicies add up, so that one with egress rules opens what the platform's keeps shut; leave egress out, or declare an egress`,
    }]),
    policy(intent, 'openers', locked, [
      kinds(NETWORKING, '*', 'envoyfilters', 'proxyconfigs', 'sidecars'),
      kinds('extensions.istio.io', '*', 'trafficextensions', 'wasmplugins'),
      kinds('cilium.io', '*', 'ciliumnetworkpolicies'),
      kinds('crd.projectcalico.org', '*', 'networkpolicies'),
      kinds('projectcalico.org', '*', 'networkpolicies'),
    ], [{ expression: 'false', message: `${only}: what tells its proxies or its network where they may go is the platform's` }]),
    policy(intent, 'serviceentries', locked, [SERVICE_ENTRIES], [{
      expression: 'object.?spec.?resolution.orValue("NONE") != "NONE"',
      message: `${only}: a ServiceEntry of resolution NONE, which is also the default, leads to whatever address the application dials; only the platform writes one`,
    }]),
    policy(intent, 'pods', locked, [{ ...pods, resources: ['pods'] }], [
      { expression: '!object.spec.?hostNetwork.orValue(false)', message: `${only}: NetworkPolicies do not hold a pod with hostNetwork` },
      {
        expression: `object.metadata.?labels[?"sidecar.istio.io/inject"].orValue("") in ["", "true"] && ${annotation('sidecar.istio.io/inject')} in ["", "true"]`
          + ' && (object.spec.containers.exists(c, c.name == "istio-proxy") || object.spec.?initContainers.orValue([]).exists(c, c.name == "istio-proxy"))',
        message: `${only}: a pod has a sidecar; take sidecar.istio.io/inject and a wrong istio.io/rev away`,
      },
      {
        expression: `${annotation('traffic.sidecar.istio.io/includeOutboundIPRanges')} in ["", "*"] && ${[
          'traffic.sidecar.istio.io/excludeOutboundIPRanges', 'traffic.sidecar.istio.io/excludeOutboundPorts', 'traffic.sidecar.istio.io/excludeInterfaces',
          'sidecar.istio.io/bootstrapOverride', 'sidecar.istio.io/discoveryAddress', 'sidecar.istio.io/proxyImage',
        ].map(name => `${annotation(name)} == ""`).join(' && ')} && ${annotation('sidecar.istio.io/interceptionMode')} in ["", "REDIRECT", "TPROXY"]`
          + ` && ${annotation('sidecar.istio.io/proxyImageType')} in ["", "debug", "default", "distroless"] && ${annotation('inject.istio.io/templates')} in ["", "sidecar"]`
          + ` && !${annotation('proxy.istio.io/config')}.matches("interceptionMode|customConfigFile|proxyBootstrapTemplatePath|binaryPath|discoveryAddress|\\\\\\\\")`,
        message: `${only}: the pod's annotations keep traffic from its sidecar, or give that another configuration`,
      },
      {
        expression: `object.spec.?securityContext.?runAsUser.orValue(0) != 1337 && object.spec.?securityContext.?runAsGroup.orValue(0) != 1337 && ${
          ['containers', 'initContainers'].map(notTheProxys).join(' && ')}`,
        message: `${only}: what runs as 1337 is not led through the sidecar; run containers as another user and group`,
      },
    ], { operations: ['CREATE'], always: true }),
    policy(intent, 'ephemeralcontainers', locked, [{ ...pods, resources: ['pods/ephemeralcontainers'] }], [{
      expression: notTheProxys('ephemeralContainers').replace('c.name in ["istio-init", "istio-proxy", "istio-validation"] || ', ''),
      message: `${only}: what runs as 1337 is not led through the sidecar; debug as another user and group`,
    }], { operations: ['UPDATE'], always: true }),
  ];
}
