/** Times are ms since the epoch. */
export interface FlowTable {
  id: string;
  project_id: string;
  name: string;
  description: string;
  mode: 'NORMAL' | 'EXPRESS';
  /** Whether a stream of a function reaches the caller: 0 or 1. */
  stream: number;
  enterprise_project_id: string;
  /** Digest of the present definition. */
  definition: string;
  created_by: string;
  saved_by_kind: 'user' | 'agency';
  saved_by_id: string;
  created_at: number;
  modified_at: number;
  /** 0 for a flow that was saved before its triggers had rows. */
  triggers_made: number;
}

/** JSON text by its SHA-256. */
export interface FlowDefinitionTable {
  digest: string;
  body: string;
  /** Since when no flow has it; null while one does. Runs may need it longer. */
  unused_since: number | null;
}

/** An enabled trigger of the present definition of a flow. */
export interface FlowTriggerTable {
  /** Made of the flow, the kind and the name: it stays the same when the flow is saved again. */
  id: string;
  flow_id: string;
  /** The `trigger_type` of definitions. */
  kind: string;
  name: string;
  /** JSON of the settings of this kind. */
  settings: string;
  /** As of `function_trigger`; both kinds of trigger share the paths. */
  route_key: string | null;
  /** As of `function_trigger`. */
  source: string | null;
  /** Of an EVENT trigger: a removed one that returns has the same id, and must not have the same secret. */
  secret_seed: string | null;
  /** Ticks of a rate are counted from here. */
  since: number;
  /** Planned time of the last tick that started a run, and the same in steady time. */
  fired_at: number | null;
  fired_steady: number | null;
  modified_at: number;
}

export interface FlowsSchema {
  flow_trigger: FlowTriggerTable;
  flow: FlowTable;
  flow_definition: FlowDefinitionTable;
}
