import type { FlowDefinition } from '@funcgraph/flow';
import type {
  Flow,
  FlowCallback,
  FlowPoint,
  FlowRun,
  FlowRunComparison,
  FlowRunDetail,
  FlowRunEvent,
  FlowRunFilter,
  FlowRunFork,
  FlowRunRef,
  FlowRuns,
  StartFlowRun,
} from '../types.ts';
import type { FlowEngine } from './flow-engine.ts';
import type { FlowAlarmMinute } from './metrics/flow-minutes.ts';
import type { FlowTotals } from './metrics/flow-totals.ts';
import { compareRuns } from './read/compare-runs.ts';
import { toFlowRun } from './read/listed-run.ts';

/** Runs for the API. */
export class RunService implements FlowRuns {
  readonly #engine: FlowEngine;

  constructor(engine: FlowEngine) {
    this.#engine = engine;
  }

  async start(request: StartFlowRun): Promise<FlowRun> {
    return this.#engine.control.start(request);
  }

  async runSync(request: StartFlowRun, signal: AbortSignal): Promise<FlowRunDetail> {
    return this.#engine.express.run(request, signal);
  }

  async list(
    flow: Flow,
    filter: FlowRunFilter,
  ): Promise<{ readonly runs: readonly FlowRun[]; readonly total: number }> {
    const { status, ...range } = filter;
    if (status === 'scheduled') return { runs: [], total: 0 };
    const requested =
      status === undefined
        ? {}
        : status === 'stopping' || status === 'running'
          ? { status: 'running' as const, stopping: status === 'stopping' }
          : { status };
    const { runs, total } = await this.#engine.store.list({ flowId: flow.id, ...range, ...requested });
    return { runs: runs.map(toFlowRun), total };
  }

  async show(flow: Flow, runId: string, { full }: { readonly full: boolean }): Promise<FlowRunDetail> {
    return this.#engine.reader.detail(await this.#engine.control.find(flow, runId), full);
  }

  async definition(flow: Flow, runId: string): Promise<FlowDefinition> {
    const { definition } = await this.#engine.control.find(flow, runId);
    return this.#engine.reader.definition(definition);
  }

  async compare(first: FlowRunRef, second: FlowRunRef, { all }: { readonly all: boolean }): Promise<FlowRunComparison> {
    const { control, reader } = this.#engine;
    const rows = [await control.find(first.flow, first.runId), await control.find(second.flow, second.runId)] as const;
    return compareRuns(reader, rows, all);
  }

  stop(flow: Flow, runId: string): Promise<void> {
    return this.#engine.control.stop(flow, runId);
  }

  retry(flow: Flow, runId: string, startedBy: string): Promise<string> {
    return this.#engine.control.retry(flow, runId, startedBy);
  }

  fork(flow: Flow, runId: string, fork: FlowRunFork): Promise<string> {
    return this.#engine.forks.fork(flow, runId, fork);
  }

  callback(flow: Flow, runId: string, callback: FlowCallback): Promise<void> {
    return this.#engine.control.callback(flow, runId, callback);
  }

  async follow(flow: Flow, runId: string, after: number, signal: AbortSignal): Promise<AsyncIterable<FlowRunEvent>> {
    const { control, followers, reader } = this.#engine;
    const { run } = await control.find(flow, runId);
    const leave = followers.open(flow.projectId);
    // also when nothing is ever read
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return until(reader.events(run, after, signal), leave);
  }

  statistics(
    { projectId, flow }: { readonly projectId: string; readonly flow?: Flow },
    range: { readonly from: number; readonly to: number; readonly stepMs: number },
  ): Promise<readonly FlowPoint[]> {
    return this.#engine.minutes.points({ projectId, ...(flow === undefined ? {} : { flowId: flow.id }) }, range);
  }

  /** Since the server started, by flow. */
  totals(): readonly FlowTotals[] {
    return this.#engine.minutes.totals();
  }

  /** Counts of flows by minute, for alarms. Minutes since the epoch; `to` is excluded. */
  minutesOf(flowIds: readonly string[], from: number, to: number): Promise<ReadonlyArray<FlowAlarmMinute>> {
    return this.#engine.minutes.ofFlows(flowIds, from, to);
  }

  usage(projectId: string): { readonly runs: number; readonly bytes: number } {
    return this.#engine.usage(projectId);
  }

  hasActive(flowId: string): Promise<boolean> {
    return this.#engine.store.hasActive(flowId);
  }

  pinned(digests: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#engine.store.upkeep.pinned(digests);
  }
}

async function* until<T>(values: AsyncIterable<T>, ended: () => void): AsyncGenerator<T> {
  try {
    yield* values;
  } finally {
    ended();
  }
}
