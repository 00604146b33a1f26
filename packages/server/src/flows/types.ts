import type {
  Around,
  ComparedTry,
  DefinitionDifference,
  FlowDefinition,
  Json,
  JsonObject,
  RecordedTry,
} from '@funcgraph/flow';
import type { AtomicStatement } from '../storage/index.ts';

/** Who saved a flow last; its calls have the rights of this principal, unless the definition names an agency. */
export interface FlowPrincipal {
  readonly kind: 'user' | 'agency';
  readonly id: string;
}

/** A stored flow, without its definition. */
export interface Flow {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string;
  readonly mode: FlowDefinition['mode'];
  /** Whether the stream of a function reaches the caller. */
  readonly stream: boolean;
  /** Digest of its present definition. */
  readonly definition: string;
  readonly enterpriseProjectId: string;
  readonly savedBy: FlowPrincipal;
  /** Name of the user who created it. */
  readonly createdBy: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** What runs read about flows. All of it comes from the database: it is never behind another server. */
export interface FlowCatalog {
  /** Undefined after its deletion. */
  flow(id: string): Promise<Flow | undefined>;
  /** A flow of the project by its URN; undefined when none exists. */
  flowByUrn(projectId: string, urn: string): Promise<Flow | undefined>;
  /**
   * A definition by its digest, with URNs of functions and flows, never names; nothing may change it. It exists as long
   * as it is the present one of its flow or `FlowRuns.pinned` names it, and for at least an hour after both ended. Throws
   * for an unknown one.
   */
  definition(digest: string): Promise<FlowDefinition>;
}

export type FlowRunStatus = 'scheduled' | 'running' | 'stopping' | 'success' | 'fail' | 'timeout' | 'cancel';

/** A run of a flow in a list. Times are milliseconds since 1970. */
export interface FlowRun {
  readonly id: string;
  readonly flowId: string;
  readonly status: FlowRunStatus;
  /** Name of the user or agency that started it. */
  readonly startedBy: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly updatedAt: number;
}

export interface FlowError {
  readonly code: string;
  readonly message: string;
}

/** One try of a node, or one iteration. Values over the limit of an answer are absent. */
export interface FlowNodeExecution {
  readonly status: FlowRunStatus;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: FlowError;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Of the call of the function. */
  readonly requestId?: string;
}

export interface FlowNodeRun {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly executions: readonly FlowNodeExecution[];
}

export interface FlowRunDetail extends FlowRun {
  readonly headers: JsonObject;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: FlowError;
  /** In the order in which the nodes began. */
  readonly nodes: readonly FlowNodeRun[];
}

export interface StartFlowRun {
  readonly flow: Flow;
  readonly input: Json;
  readonly headers: JsonObject;
  /** The same id with the same input is the same run; with another input it throws `resource_exists`. */
  readonly runId?: string;
  /** In place of `merge_parameters` of the definition. */
  readonly merge?: boolean;
  /** The run fails with it before its first node. */
  readonly refused?: FlowError;
  readonly startedBy: string;
  /** See `FlowIdentity`. */
  readonly chainDepth?: number;
  /** See `FlowIdentity`. */
  readonly traceparent?: string | undefined;
  /** Stored in the same step as a run that is not express and synchronous; a failed guard refuses it with `storage.guard`. */
  readonly also?: readonly AtomicStatement[];
}

export interface FlowRunFilter {
  readonly status?: FlowRunStatus;
  /** Began at this time or later, and before `to`. */
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  readonly limit: number;
}

export interface FlowRunFork {
  /** The results of its ancestors are kept. */
  readonly node: string;
  /** What arrives at the node, if it is edited. */
  readonly input?: Json;
  /** Takes the present definition of the flow in place of the pinned one. */
  readonly newDefinition: boolean;
  readonly startedBy: string;
}

export interface FlowCallback {
  /** The value of `$RUN.callback.<node>`: it names the waiting execution, and no other client can guess it. */
  readonly id: string;
  readonly result: { readonly output: JsonObject } | { readonly error: string };
}

/** One event of the log of a run. */
export interface FlowRunEvent {
  readonly seq: number;
  readonly event: JsonObject;
}

export interface ComparedExecution extends RecordedTry {
  readonly inside: readonly Around[];
  readonly status: FlowRunStatus;
  /** Undefined until the end. */
  readonly ms: number | undefined;
  /** Of the call of the function. */
  readonly requestId?: string;
}

/** How two runs differ. What ran in both, and was the same, is only counted unless all of it is requested. */
export interface FlowRunComparison {
  readonly runs: readonly [FlowRun, FlowRun];
  readonly definition: DefinitionDifference;
  readonly differs: readonly ('status' | 'input' | 'output' | 'error' | 'merge')[];
  readonly same: number;
  readonly different: number;
  readonly firstOnly: number;
  readonly secondOnly: number;
  /** At most 1,000. */
  readonly executions: readonly (ComparedTry<ComparedExecution> & { readonly nodeName: string })[];
  readonly leftOut: number;
}

/** A run, by its flow and its id. */
export interface FlowRunRef {
  readonly flow: Flow;
  readonly runId: string;
}

/** Sums of one step of time, from `time` on. */
export interface FlowPoint {
  readonly time: number;
  readonly count: number;
  readonly failed: number;
  readonly rejected: number;
  readonly running: number;
  readonly averageMs: number;
}

/**
 * Runs of flows. What it resolves is durable. A run is found only through its flow: every method that names a run throws
 * `not_found` for one of another flow.
 */
export interface FlowRuns {
  start(request: StartFlowRun): Promise<FlowRun>;
  /** Of an express flow: waits for its end. Stops waiting, not the run, when the signal aborts. */
  runSync(request: StartFlowRun, signal: AbortSignal): Promise<FlowRunDetail>;
  /** Newest first. */
  list(flow: Flow, filter: FlowRunFilter): Promise<{ readonly runs: readonly FlowRun[]; readonly total: number }>;
  /** With `full`, values of any size. */
  show(flow: Flow, runId: string, options: { readonly full: boolean }): Promise<FlowRunDetail>;
  /** That the run is pinned to. */
  definition(flow: Flow, runId: string): Promise<FlowDefinition>;
  /** Of two runs of the project, which may be of different flows and may still run. */
  compare(first: FlowRunRef, second: FlowRunRef, options: { readonly all: boolean }): Promise<FlowRunComparison>;
  /** Resolves when the stop is durable; the run ends after that. */
  stop(flow: Flow, runId: string): Promise<void>;
  /** Of a run that failed or timed out: a new run, with its id. */
  retry(flow: Flow, runId: string, startedBy: string): Promise<string>;
  fork(flow: Flow, runId: string, fork: FlowRunFork): Promise<string>;
  callback(flow: Flow, runId: string, callback: FlowCallback): Promise<void>;
  /**
   * Follows the log after `after` until the run has ended or the signal aborts. Throws `flow_run_not_found`, and
   * `overloaded` while as many readers follow runs of the project as may.
   */
  follow(flow: Flow, runId: string, after: number, signal: AbortSignal): Promise<AsyncIterable<FlowRunEvent>>;
  /** Of one flow, or of the project without one. */
  statistics(
    of: { readonly projectId: string; readonly flow?: Flow },
    range: { readonly from: number; readonly to: number; readonly stepMs: number },
  ): Promise<readonly FlowPoint[]>;
  /** Stored runs of a project, and their bytes; runs that other servers started in the last minute may be missing. */
  usage(projectId: string): { readonly runs: number; readonly bytes: number };
  /** Whether runs of the flow have not ended. */
  hasActive(flowId: string): Promise<boolean>;
  /** Those of the definitions that stored runs are pinned to, or will be by their sub-flows. */
  pinned(digests: readonly string[]): Promise<ReadonlySet<string>>;
}
