/** The function whose code runs in a sandbox, as the caller of the platform. Known from its sandbox, not from its requests. */
export interface Resident {
  readonly projectId: string;
  /** Project, package and name. */
  readonly functionKey: string;
  readonly instanceId: string;
  /** Of the requests that it runs now, each number once; empty between requests. */
  depths(): readonly number[];
}
