import { WorkloadIdentity } from './workload-identity';

/** Requests that a gateway lets through, and whose. At least one of `methods` and `paths` is given. */
export interface AllowedRequests {
  /**
   * Workloads of client namespaces that may ask for them.
   *
   * @default - every workload of the clients
   */
  readonly from?: WorkloadIdentity[];

  /**
   * HTTP methods, in upper case.
   *
   * @default - all
   */
  readonly methods?: string[];

  /**
   * Paths without the query: exact (`/status`), all that begin so (`/v1/*`), or Istio's templates, where `{*}` stands for one
   * segment and `{**}` for any number (`/v1/{*}/price`). For gRPC `/package.Service/Method`.
   *
   * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
   * @default - all
   */
  readonly paths?: string[];
}
