/** How many instances of a version or alias are kept ready. Times are ms since the epoch. */
export interface ReservedInstancesTable {
  function_id: string;
  /** `latest`, a version, or `!alias`. */
  qualifier: string;
  count: number;
  /** 1: no processor between requests. */
  idle_mode: number;
  /** JSON list of other counts at other times. */
  policies: string;
  created_at: number;
  modified_at: number;
}

export interface ReservedInstancesSchema {
  reserved_instances: ReservedInstancesTable;
}
