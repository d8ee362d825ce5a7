/**
 * The stable name of each problem, as errors print it. A name is never given to another problem;
 * docs/problems.md has a row for each.
 */
export enum Problem {
  // one value is wrong: thrown where it is given
  MISSING_VALUE = 'missing-value',
  INVALID_VALUE = 'invalid-value',
  UNKNOWN_PROP = 'unknown-prop',
  EMPTY_LIST = 'empty-list',
  TOO_MANY = 'too-many',
  DUPLICATE_VALUE = 'duplicate-value',
  CONTRADICTING_PROPS = 'contradicting-props',
  INVALID_PORT = 'invalid-port',
  RESERVED_PORT = 'reserved-port',
  INVALID_PROTOCOL = 'invalid-protocol',
  INVALID_HOST = 'invalid-host',
  WILDCARD_HOST = 'wildcard-host',
  HOST_IN_MESH = 'host-in-mesh',
  INVALID_ADDRESS = 'invalid-address',
  ADDRESSES_NOT_GIVEN = 'addresses-not-given',
  INVALID_NAME = 'invalid-name',
  INVALID_EXPORT_TO = 'invalid-export-to',
  NAMESPACE_NOT_GIVEN = 'namespace-not-given',
  INVALID_LABEL = 'invalid-label',
  INVALID_ANNOTATION = 'invalid-annotation',
  RESERVED_LABEL = 'reserved-label',
  INVALID_NUMBER = 'invalid-number',
  INVALID_QUANTITY = 'invalid-quantity',
  INVALID_IMAGE = 'invalid-image',
  INVALID_TOLERATION = 'invalid-toleration',
  INVALID_PATH = 'invalid-path',
  MOUNT_CONFLICT = 'mount-conflict',
  INVALID_SUBJECT_ALT_NAME = 'invalid-subject-alt-name',
  WORKLOAD_NOT_GIVEN = 'workload-not-given',
  HTTP_ON_HTTPS_PORT = 'http-on-https-port',
  TUNNEL_OF_SEVERAL = 'tunnel-of-several',
  INVALID_RETRY_ON = 'invalid-retry-on',
  INVALID_IDENTITY = 'invalid-identity',
  INVALID_METHOD = 'invalid-method',
  INVALID_REQUEST_PATH = 'invalid-request-path',
  LOCKDOWN_OF_GATEWAY = 'lockdown-of-gateway',
  ISTIO_TOO_OLD = 'istio-too-old',
  CONFIGURED_LATE = 'configured-late',
  UNNAMED_APP = 'unnamed-app',
  UNKNOWN_OBJECT = 'unknown-object',
  // a relation is wrong: collected, reported at synth
  HOST_CONFLICT = 'host-conflict',
  ADDRESS_CONFLICT = 'address-conflict',
  EXTERNAL_PROXY_CONFLICT = 'external-proxy-conflict',
  SECOND_ROUTE = 'second-route',
  ROUTED_RANGE = 'routed-range',
  PASSTHROUGH_OF_TCP = 'passthrough-of-tcp',
  PASSTHROUGH_CONFLICT = 'passthrough-conflict',
  HTTP_HOP_OF_BYTES = 'http-hop-of-bytes',
  PLAINTEXT_OF_SEVERAL = 'plaintext-of-several',
  PLAINTEXT_PORT_CONFLICT = 'plaintext-port-conflict',
  PLAINTEXT_PORT_IS_TLS = 'plaintext-port-is-tls',
  WILDCARD_WITHOUT_SERVER = 'wildcard-without-server',
  HOSTING_SERVER_UNUSED = 'hosting-server-unused',
  WEIGHT_OF_WILDCARD = 'weight-of-wildcard',
  WEIGHT_ON_HOP = 'weight-on-hop',
  WEIGHT_OF_ORIGINATION = 'weight-of-origination',
  WEIGHT_OF_IDENTITIES = 'weight-of-identities',
  GATEWAY_CONFLICT = 'gateway-conflict',
  FOREIGN_EGRESS = 'foreign-egress',
  FOREIGN_GATEWAY = 'foreign-gateway',
  PROTOCOL_CONFLICT = 'protocol-conflict',
  ORIGINATION_OF_TLS = 'origination-of-tls',
  SECOND_ORIGINATION = 'second-origination',
  ORIGINATION_BEFORE_GATEWAY = 'origination-before-gateway',
  TUNNEL_BEFORE_GATEWAY = 'tunnel-before-gateway',
  TUNNEL_OF_HTTP = 'tunnel-of-http',
  TUNNEL_TO_GATEWAY = 'tunnel-to-gateway',
  FILE_NOT_MOUNTED = 'file-not-mounted',
  SECRET_ELSEWHERE = 'secret-elsewhere',
  SHARED_CERTIFICATE = 'shared-certificate',
  NO_ADDRESS_TO_LEAVE_OUT = 'no-address-to-leave-out',
  IDENTITIES_OF_DIRECT_EGRESS = 'identities-of-direct-egress',
  IDENTITIES_ON_HOP = 'identities-on-hop',
  REQUESTS_ON_HOP = 'requests-on-hop',
  IDENTITY_IS_NO_CLIENT = 'identity-is-no-client',
  ANOTHER_TRUST_DOMAIN = 'another-trust-domain',
  OVERLAPPING_LOCKDOWNS = 'overlapping-lockdowns',
  GATEWAY_NOT_IN_LOCKDOWN = 'gateway-not-in-lockdown',
  GATEWAY_OFF_DEDICATED_NODES = 'gateway-off-dedicated-nodes',
  DIRECT_EGRESS_IN_LOCKDOWN = 'direct-egress-in-lockdown',
  OVERLAPPING_AUDITS = 'overlapping-audits',
  SAME_NAME = 'same-name',
  BROKEN_PLAN = 'broken-plan',
  // nothing is wrong: a warning of Node at synth
  MANY_CALLERS = 'many-callers',
}

/** What is wrong, what we got, what is allowed and how to mend it, under the problem's stable name. */
export function describe(problem: Problem, wrong: string, mend: string): string {
  return `${problem}: ${wrong}; ${mend}`;
}

/** A problem of a relation, and the construct that it is reported for. */
export interface RelationProblem {
  readonly path: string;
  readonly text: string;
}
