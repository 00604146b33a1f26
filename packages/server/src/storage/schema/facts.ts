/** Something that happened in a service and that triggers may listen to. The row is removed when each has its event. */
export interface FactTable {
  id: string;
  /** Whose quota it counts for. */
  project_id: string;
  /** What triggers listen to, for example a bucket. */
  source: string;
  /** Ms since the epoch. */
  at: number;
  /** Functions that ran one after another until this happened; 0 without any. */
  depth: number;
  /** JSON object. */
  body: string;
  /** Size of the body. */
  bytes: number;
}

export interface FactsSchema {
  fact: FactTable;
}
