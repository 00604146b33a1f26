/** What starts a version or alias of a function. Times are ms since the epoch. */
export interface FunctionTriggerTable {
  id: string;
  function_id: string;
  /** `latest`, a version, or `!alias`. */
  qualifier: string;
  /** Type code of the API. */
  kind: string;
  name: string;
  /** 0 or 1. */
  active: number;
  /** JSON of what the kind has. */
  settings: string;
  /** Gateway, environment, method and form of the path of a gateway trigger; null for others. */
  route_key: string | null;
  /** Ticks of a rate are counted from here. */
  since: number;
  /** Planned time of the last tick of a timer whose event is on disk. */
  fired_at: number | null;
  /** Steady time of that. */
  fired_steady: number | null;
  created_at: number;
  modified_at: number;
}

export interface TriggersSchema {
  function_trigger: FunctionTriggerTable;
}
