/** Something that a namespace can still reach. */
export interface LockdownOpening {
  /** The namespace. */
  readonly namespace: string;

  /** What can be reached, for people. */
  readonly to: string;

  /** Why, for people. */
  readonly why: string;
}
