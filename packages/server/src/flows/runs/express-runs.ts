import { RunHistory } from '@funcgraph/flow';
import type { Clock } from '../../lib/clock.ts';
import { idOf, newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { FlowCatalog, FlowRunDetail, StartFlowRun } from '../types.ts';
import type { ActiveRuns } from './actor/active-runs.ts';
import type { RunActor } from './actor/run-actor.ts';
import type { FlowMinutes } from './metrics/flow-minutes.ts';
import type { NewRuns } from './new-runs.ts';
import { detailOf } from './read/run-reader.ts';

export interface ExpressRunsOptions {
  readonly catalog: FlowCatalog;
  readonly newRuns: NewRuns;
  readonly active: ActiveRuns;
  readonly minutes: FlowMinutes;
  readonly clock: Clock;
}

/** Express runs whose caller waits for the end: they exist in memory only. */
export class ExpressRuns {
  readonly #options: ExpressRunsOptions;
  readonly #waiting = new Map<string, (actor: RunActor) => void>();

  constructor(options: ExpressRunsOptions) {
    this.#options = options;
  }

  /** Throws `overloaded` when too many runs are in memory. The run goes on when the signal ends the wait. */
  async run(
    { flow, input, headers, runId, merge, startedBy, traceparent }: StartFlowRun,
    signal: AbortSignal,
  ): Promise<FlowRunDetail> {
    const { newRuns, active, catalog, minutes, clock } = this.#options;
    if (!active.hasRoom(flow.projectId)) {
      minutes.refused({ projectId: flow.projectId, flowId: flow.id });
      throw new PlatformError('overloaded', 'too many runs of flows are in memory', { hint: 'Try again later.' });
    }
    const run = newRequestId();
    const ended = new Promise<RunActor>((resolve) => this.#waiting.set(run, resolve));
    try {
      const { row } = await newRuns.start({
        run,
        id: runId ?? run,
        flow,
        definition: flow.definition,
        input: Buffer.from(JSON.stringify(input)),
        merge,
        depth: 0,
        startedBy,
        traceparent,
        headers: JSON.stringify(headers),
        isVolatile: true,
      });
      const actor = await Promise.race([ended, aborted(signal)]);
      const { values, log } = actor.parts;
      const history = log.history?.() ?? new RunHistory(idOf);
      const { status, at } = history.end ?? { status: 'fail' as const, at: clock.now() };
      return await detailOf({
        row: { ...row, status, ended_at: at, updated_at: at },
        history,
        definition: await catalog.definition(flow.definition),
        load: (digest) => values.text(digest),
        isFull: true,
      });
    } finally {
      this.#waiting.delete(run);
    }
  }

  ended(actor: RunActor): void {
    this.#waiting.get(actor.run)?.(actor);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(new PlatformError('unavailable', 'the caller no longer waits for the run'));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}
