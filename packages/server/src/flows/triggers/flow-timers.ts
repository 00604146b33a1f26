import { parseCronSchedule } from '@funcgraph/api/schedule';
import type { Json } from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { Firing } from '../../control/index.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import { type FlowTimerSettings, isFlowTimer, type Timed, type Timers } from '../../triggers/index.ts';
import type { FlowCatalog, FlowRuns } from '../types.ts';
import type { FlowTrigger } from './flow-trigger.ts';
import type { FlowTriggers } from './flow-triggers.ts';

interface FlowTimer extends Timed {
  readonly stored: FlowTrigger<FlowTimerSettings>;
}

export interface FlowTimersDeps {
  readonly triggers: FlowTriggers;
  readonly flows: Pick<FlowCatalog, 'flow'>;
  readonly runs: Pick<FlowRuns, 'start'>;
  readonly log: Logger;
}

/**
 * Timers of flows: a tick is noted in the step that stores the run that it starts. The id of the run is made of the timer
 * and the tick, so that a tick of a standard flow has one run for as long as runs are kept.
 */
export class FlowTimers implements Timers<FlowTimer> {
  readonly #deps: FlowTimersDeps;

  constructor(deps: FlowTimersDeps) {
    this.#deps = deps;
  }

  *owners(): Iterable<string> {
    for (const { id } of this.#deps.triggers.all()) yield id;
  }

  of(id: string): readonly FlowTimer[] {
    const stored = this.#deps.triggers.get(id);
    if (stored === undefined || !isFlowTimer(stored)) return [];
    const { since, fired, settings } = stored;
    return [{ id, since, fired, schedule: parseCronSchedule(settings.schedule), stored }];
  }

  onChange(changed: (id: string) => void): () => void {
    return this.#deps.triggers.onChange((after, before) => {
      const id = (after ?? before)?.id;
      if (id !== undefined) changed(id);
    });
  }

  async fire({ stored }: FlowTimer, firing: Firing, guards: readonly AtomicStatement[]): Promise<void> {
    const { triggers, flows, runs } = this.#deps;
    const flow = await flows.flow(stored.flow.id);
    // deleted a moment ago
    if (flow === undefined) return;
    await runs.start({
      flow,
      input: stored.settings.input as Json,
      headers: {},
      runId: `${stored.id}-${firing.tick}`,
      startedBy: stored.name,
      also: [triggers.store.ticks.note(stored, firing), ...guards],
    });
  }

  leftOut({ stored }: FlowTimer, tick: number, reason: string): void {
    this.#deps.log.warn({ flow: stored.flow, timer: stored.name, tick, reason }, 'a tick starts no run');
  }
}
