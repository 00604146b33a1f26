import type { Json } from '@funcgraph/flow';
import type { Logger } from 'pino';
import { idOf } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type AtomicStatement, isGuard } from '../../storage/index.ts';
import type { AcceptedEvent, Batch, ReadTrigger, SourceTargets, SourceTrigger } from '../../triggers/index.ts';
import type { FlowCatalog, FlowRuns } from '../types.ts';
import type { FlowTrigger } from './flow-trigger.ts';
import type { FlowTriggers } from './flow-triggers.ts';

export interface FlowTargetsDeps {
  readonly triggers: Pick<FlowTriggers, 'all' | 'onChange'>;
  readonly flows: Pick<FlowCatalog, 'flow'>;
  readonly runs: Pick<FlowRuns, 'start'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** A batch is the input of a run, and done with when that is stored. */
export class FlowTargets implements SourceTargets {
  readonly #deps: FlowTargetsDeps;

  constructor(deps: FlowTargetsDeps) {
    this.#deps = deps;
  }

  *triggers(kinds: { has(code: string): boolean }): Iterable<SourceTrigger> {
    for (const trigger of this.#deps.triggers.all()) if (kinds.has(trigger.settings.kind)) yield this.#source(trigger);
  }

  onChange(changed: () => void): () => void {
    return this.#deps.triggers.onChange(changed);
  }

  #source(trigger: FlowTrigger): SourceTrigger {
    const { id, flow, modifiedAt } = trigger;
    return {
      ...readTrigger(trigger),
      modifiedAt,
      labels: { project: flow.projectId, flow: flow.name, trigger: id },
      run: (batch, statements) => this.#run(trigger, batch, statements),
      accept: (event, statements) => this.#start(trigger, event, statements),
      leaveOut: (_, message) => this.#deps.log.warn({ flow, trigger: trigger.name }, message),
    };
  }

  async #run(trigger: FlowTrigger, { id, event }: Batch, also: readonly AtomicStatement[]): Promise<boolean> {
    // a trigger that was removed and added again may read the same records
    const requestId = idOf(JSON.stringify([trigger.id, trigger.since, id]));
    try {
      await this.#start(trigger, { event, requestId, depth: 0 }, also);
      return true;
    } catch (error) {
      if (isGuard(error)) return false;
      throw error;
    }
  }

  async #start(
    { flow: { id, name }, name: startedBy }: FlowTrigger,
    { event, requestId: runId, depth: chainDepth }: AcceptedEvent,
    also: readonly AtomicStatement[],
  ): Promise<void> {
    const flow = await this.#deps.flows.flow(id);
    if (flow === undefined) throw new PlatformError('flow_not_found', `flow ${name} was deleted a moment ago`);
    const input = JSON.parse(event.toString('utf8')) as Json;
    await this.#deps.runs.start({ flow, input, headers: {}, runId, startedBy, chainDepth, also });
  }
}

/** As its source reads it. */
export function readTrigger({ id, flow, settings, since }: FlowTrigger): ReadTrigger {
  return { id, fn: flow, qualifier: 'latest', settings, since, createdAt: since };
}
