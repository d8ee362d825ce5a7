import { EgressIntent, isHttp } from '../intent/egress';
import { gatewayName } from '../intent/gateway';
import { IdentityIntent, trustDomainOf } from '../intent/identity';
import { AllowanceIntent, isOfRequests } from '../intent/permission';
import { describe, Problem, RelationProblem } from '../intent/problem';
import { isDivided, RouteIntent } from '../intent/route';

/** What is wrong between what is permitted on an egress and the way that it takes. */
export function identityProblems(
  allowances: readonly AllowanceIntent[], egresses: readonly EgressIntent[], routeOf: (egress: EgressIntent) => RouteIntent | undefined,
): RelationProblem[] {
  return [
    ...allowances.flatMap(allowance => problemsOf(allowance, routeOf(allowance.egress)).map(text => ({ path: allowance.path, text }))),
    ...egresses.flatMap(egress => !egress.externalProxy ? [] : strangers(egress.externalProxy.allowed, egress, egress.externalProxy.trustDomain, 'the mesh')
      .map(text => ({ path: egress.path, text }))),
  ];
}

function problemsOf({ egress, permission }: AllowanceIntent, route: RouteIntent | undefined): string[] {
  if (!route) {
    const instead = egress.forwardProxy ? ', and give forwardProxy to that instead' : egress.tlsOrigination ? ', and give tlsOrigination to that instead' : '';
    return [describe(Problem.IDENTITIES_OF_DIRECT_EGRESS,
      `"${egress.path}" is direct, and a workload's own sidecar cannot hold it back`, `lead it through a gateway with an EgressGatewayRoute${instead}`)];
  }
  if (isOfRequests(permission) && !route.hop.http) {
    return [describe(Problem.REQUESTS_ON_HOP, `the gateway of "${route.path}" hands bytes on, and sees neither method nor path`,
      isHttp(egress) ? 'use GatewayHop.http()'
        : 'use GatewayHop.http() for an HttpEgress, to which the application speaks HTTP, with tlsOrigination of the route for a host that wants TLS; or allow workloads every request by allowFrom')];
  }
  if (route.hop.security !== 'mutual-tls') {
    return [describe(Problem.IDENTITIES_ON_HOP,
      `"${route.path}" has a ${route.hop.security} hop, where the gateway cannot know who calls`,
      `use GatewayHop.mutualTls()${egress.tlsOrigination ? ', with tlsOrigination of the route instead of the egress' : ''}; or leave allowFrom out, and keep others from the gateway's pods with a NetworkPolicy`)];
  }
  if (isDivided(route)) {
    return [describe(Problem.WEIGHT_OF_IDENTITIES, `the weight of "${route.path}" is ${route.weight}, and nobody holds back what goes straight`,
      'leave weight out; or allow everything until all connections go through the gateway')];
  }
  return strangers(permission.identities ?? [], egress, trustDomainOf(route.gateway.identity), `gateway "${gatewayName(route.gateway)}"`);
}

/** What is wrong with identities as clients of an egress, at a place of this trust domain. */
function strangers(identities: readonly IdentityIntent[], egress: EgressIntent, own: string, place: string): string[] {
  return identities.flatMap(({ trustDomain = own, namespace, anotherTrustDomain }) => [
    ...(egress.clients.includes(namespace) || egress.clients.includes('*') ? [] : [describe(Problem.IDENTITY_IS_NO_CLIENT,
      `namespace "${namespace}" is no client of "${egress.path}"`, `its clients are ${egress.clients.join(', ')}: correct the namespace, or name it in exportTo`)]),
    ...(trustDomain === own || anotherTrustDomain ? [] : [describe(Problem.ANOTHER_TRUST_DOMAIN,
      `"${trustDomain}" is not the trust domain of ${place}, which is "${own}"`,
      'correct it; or give the trust domain of the mesh to EgressApp.configure; or say anotherTrustDomain: true for a workload of another mesh')]),
  ]);
}
