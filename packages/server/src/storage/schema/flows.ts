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
}

/** JSON text by its SHA-256. */
export interface FlowDefinitionTable {
  digest: string;
  body: string;
  /** Since when no flow has it; null while one does. Runs may need it longer. */
  unused_since: number | null;
}

export interface FlowsSchema {
  flow: FlowTable;
  flow_definition: FlowDefinitionTable;
}
