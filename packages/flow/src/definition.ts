/** A JSON value, as functions take and return it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

/** The canonical form of a flow: a directed acyclic graph. Every other spelling is read into it and written from it. */
export interface FlowDefinition {
  name: string;
  description?: string;
  mode: 'NORMAL' | 'EXPRESS';
  /** What an express run logs. */
  log_level?: 'ALL' | 'ERROR' | 'NONE';
  /** The output of the node before is merged into the input of the next one; the node's own input wins. */
  merge_parameters: boolean;
  /** Reachable in paths as `$CONST`. */
  constants: JsonObject;
  timeout_seconds?: number;
  enterprise_project_id?: string;
  enable_stream_response?: boolean;
  /** The agency whose rights the flow's calls have. */
  agency?: string;
  triggers: FlowTrigger[];
  nodes: FlowNode[];
  edges: FlowEdge[];
  /** Fields that only the vendor's form has, kept unchanged. */
  vendor?: JsonObject;
}

export interface FlowTrigger {
  trigger_name?: string;
  trigger_type: string;
  enabled?: boolean;
  trigger_config: JsonObject;
}

export interface FlowEdge {
  from: string;
  to: string;
  /** Only on edges out of condition and error nodes. */
  branch?: { kind: 'default' } | { kind: 'condition'; expression: string };
}

/** A JSONPath, or a JSON template whose strings that begin with `$` are paths. */
export type Filter = string | JsonObject;

export interface Filters {
  input_filter?: Filter;
  output_filter?: Filter;
}

interface NodeBase {
  id: string;
  name: string;
  /** Where the editor draws the node. The engine does not read it. */
  position?: { x: number; y: number };
}

export interface StartNode extends NodeBase {
  kind: 'start';
}

export interface EndNode extends NodeBase {
  kind: 'end';
}

/** One field of the body a function is called with. `value` is a path or a constant; `default` stands in for a missing path. */
export interface FlowParameter {
  key: string;
  value: Json;
  default?: Json;
}

export interface FunctionNode extends NodeBase, Filters {
  kind: 'function';
  /** A function URN, or in files its name. */
  function: string;
  /** None: the function gets the whole filtered input. */
  parameters: FlowParameter[];
  /** Streams the function's answer to the caller of the flow. */
  stream?: boolean;
  /** The loop or service node this one stands in. */
  parent?: string;
}

export interface SubflowNode extends NodeBase, Filters {
  kind: 'subflow';
  /** A flow URN, or in files its name. */
  flow: string;
  wait: boolean;
}

export interface ParallelNode extends NodeBase, Filters {
  kind: 'parallel';
  completion: 'all' | 'one' | 'count';
  /** How many branches must succeed. Only with `completion: 'count'`. */
  count?: number;
  result_path: string;
}

export interface ConditionNode extends NodeBase, Filters {
  kind: 'condition';
}

export interface RetryRule {
  name?: string;
  /** Retries only when it holds for the raw result or the error object. None: every thrown error is retried. */
  condition?: string;
  interval_seconds: number;
  /** Retries after the first call: 8 retries are 9 calls. */
  max_retries: number;
}

export interface ErrorNode extends NodeBase {
  kind: 'error';
  retries: RetryRule[];
  parent?: string;
}

export interface LoopNode extends NodeBase, Filters {
  kind: 'loop';
  array_path: string;
  item_name: string;
  result_path: string;
  /** Iterations at once; 0 sets no limit. */
  concurrency: number;
  interval_seconds: number;
}

/** Exactly one of `seconds`, `until` and `callback` is set. */
export interface WaitNode extends NodeBase {
  kind: 'wait';
  seconds?: number;
  /** A path to an RFC 3339 time. */
  until?: string;
  /** Waits for a callback, at most this long. */
  callback?: { timeout_seconds?: number };
  parent?: string;
}

export interface ServiceNode extends NodeBase, Filters {
  kind: 'service';
  action_mode: 'sequential' | 'parallel';
}

export type FlowNode =
  | StartNode
  | EndNode
  | FunctionNode
  | SubflowNode
  | ParallelNode
  | ConditionNode
  | ErrorNode
  | LoopNode
  | WaitNode
  | ServiceNode;

export type NodeKind = FlowNode['kind'];
