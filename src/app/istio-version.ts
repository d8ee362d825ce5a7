/** A minor version of Istio. */
export enum IstioVersion {
  /** 1.28 */
  V1_28 = '1.28',

  /** 1.29 */
  V1_29 = '1.29',

  /** 1.30 */
  V1_30 = '1.30',

  /** 1.31 */
  V1_31 = '1.31',
}
