import { type Json, RUN_LIMITS } from '@funcgraph/flow';
import type { Logger } from 'pino';
import { idOf, newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type AtomicStatement, isGuard } from '../../storage/index.ts';
import type { AcceptedEvent, Batch, ReadTrigger, SourceTargets, SourceTrigger } from '../../triggers/index.ts';
import type { FlowCatalog, FlowRuns, StartFlowRun } from '../types.ts';
import type { FlowTrigger } from './flow-trigger.ts';
import type { FlowTriggers } from './flow-triggers.ts';

export interface FlowTargetsDeps {
  readonly triggers: Pick<FlowTriggers, 'all' | 'onChange'>;
  readonly flows: Pick<FlowCatalog, 'flow'>;
  readonly runs: Pick<FlowRuns, 'start'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Of an event that is too large. */
const SHOWN_BYTES = 4 * 1024;

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
      accept: (event, also) => this.#start(trigger, event, also),
      leaveOut: (_, message) => this.#deps.log.warn({ flow, trigger: trigger.name }, message),
    };
  }

  async #run(trigger: FlowTrigger, batch: Batch, also: readonly AtomicStatement[]): Promise<boolean> {
    const { id, sharesId = false, event } = batch;
    // a trigger that was removed and added again may read the same records; another batch may have the same id
    const requestId = sharesId ? newRequestId() : idOf(JSON.stringify([trigger.id, trigger.since, id]));
    try {
      await this.#start(trigger, { event, requestId, depth: 0 }, also, batch);
      return true;
    } catch (error) {
      if (isGuard(error)) return false;
      // its run began before, with an event that has another time: done, if nothing else is to be stored
      if (error instanceof PlatformError && error.code === 'resource_exists') return also.length === 0;
      throw error;
    }
  }

  async #start(
    { flow: { id, name }, name: startedBy }: FlowTrigger,
    { event, requestId: runId, depth: chainDepth }: AcceptedEvent,
    also: readonly AtomicStatement[],
    of: Pick<Batch, 'place' | 'refusal' | 'traceparent'> = {},
  ): Promise<void> {
    const flow = await this.#deps.flows.flow(id);
    if (flow === undefined) throw new PlatformError('flow_not_found', `flow ${name} was deleted a moment ago`);
    const started = { runId, startedBy, chainDepth, traceparent: of.traceparent, also };
    await this.#deps.runs.start({ flow, ...inputOf(event, of), headers: {}, ...started });
  }
}

/** Pure: an event that is too large for a run becomes a run that fails, with the beginning of the event. */
function inputOf(
  event: Buffer,
  { place, refusal }: Pick<Batch, 'place' | 'refusal'>,
): Pick<StartFlowRun, 'input' | 'refused'> {
  const bytes = event.length;
  if (refusal === undefined && bytes <= RUN_LIMITS.valueBytes)
    return { input: JSON.parse(event.toString('utf8')) as Json };
  const where = place === undefined ? '' : `: ${place}`;
  const reason = refusal ?? `the input of a flow may have ${RUN_LIMITS.valueBytes} bytes, this event has ${bytes}`;
  const beginning = event.toString('utf8', 0, SHOWN_BYTES);
  return {
    input: { place: place ?? '', event_bytes: bytes, event_beginning: beginning },
    refused: { code: 'event_too_large', message: `${reason}${where}` },
  };
}

/** As its source reads it. */
export function readTrigger({ id, flow, settings, since }: FlowTrigger): ReadTrigger {
  return { id, fn: flow, qualifier: 'latest', settings, since, createdAt: since };
}
