/** How many instances of a version or alias are kept ready. Times are ms since the epoch. */
export interface ReservedInstancesTable {
  function_id: string;
  /** `latest`, a version, or `!alias`. */
  qualifier: string;
  count: number;
  /** 1: instances get no processor time between requests. */
  idle_mode: number;
  /** JSON list of scheduled policies that replace the count for a period. */
  policies: string;
  /** JSON list of policies by metric. */
  metrics: string;
  created_at: number;
  modified_at: number;
}

/** A server with less room than its share of a reservation. */
export interface ReservedRoomTable {
  server_id: string;
  /** Id of the function and qualifier, as `<id>:<qualifier>`. */
  reservation: string;
  /** Instances that it can keep. */
  most: number;
}

export interface ReservedInstancesSchema {
  reserved_instances: ReservedInstancesTable;
  reserved_room: ReservedRoomTable;
}
