import type { Json } from '@funcgraph/flow';
import type { Logger } from 'pino';
import { MAX_DEPTH } from '../../domain/call-depth.ts';
import { traceparentIn } from '../../domain/traceparent.ts';
import { idOf } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Delivery, Fact, Subscriber } from '../../services/index.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import { FLOW_KINDS } from '../../triggers/index.ts';
import type { FlowCatalog, FlowRuns } from '../types.ts';
import type { FlowTrigger } from './flow-trigger.ts';
import type { FlowTriggers } from './flow-triggers.ts';

export interface FlowListenersDeps {
  readonly triggers: Pick<FlowTriggers, 'listening'>;
  readonly flows: Pick<FlowCatalog, 'flow'>;
  readonly runs: Pick<FlowRuns, 'start'>;
  readonly log: Logger;
}

/**
 * Triggers of flows that listen to facts: the event is the input of a run, whose id is made of the fact and the trigger.
 */
export class FlowListeners implements Subscriber {
  readonly #deps: FlowListenersDeps;

  constructor(deps: FlowListenersDeps) {
    this.#deps = deps;
  }

  isListening(source: string): boolean {
    for (const _ of this.#deps.triggers.listening(source)) return true;
    return false;
  }

  *deliveries(fact: Fact): Iterable<Delivery> {
    for (const trigger of this.#deps.triggers.listening(fact.source)) {
      const event = FLOW_KINDS.get(trigger.type)?.event?.(trigger, fact);
      if (event === undefined) continue;
      if (fact.depth >= MAX_DEPTH) {
        const details = { flow: trigger.flow, trigger: trigger.name, depth: fact.depth };
        this.#deps.log.warn(details, 'an event starts no run: too many functions ran one after another');
        continue;
      }
      const id = idOf(`${fact.id} ${trigger.id}`);
      yield { id, store: (guards) => this.#start(trigger, { fact, event, id, guards }) };
    }
  }

  async #start(
    { flow: { id: flowId }, name }: FlowTrigger,
    { fact, event, id, guards }: { fact: Fact; event: Buffer; id: string; guards: readonly AtomicStatement[] },
  ): Promise<void> {
    const { flows, runs, log } = this.#deps;
    const flow = await flows.flow(flowId);
    // deleted a moment ago
    if (flow === undefined) return;
    const input = JSON.parse(event.toString('utf8')) as Json;
    try {
      await runs.start({
        flow,
        input,
        headers: {},
        runId: id,
        startedBy: name,
        chainDepth: fact.depth,
        traceparent: traceparentIn(fact.body),
        also: guards,
      });
    } catch (error) {
      const mayPass = !(error instanceof PlatformError) || error.spec.audience !== 'user' || error.spec.retryable;
      if (mayPass) throw error;
      log.warn({ flow: flow.name, trigger: name, err: error }, 'an event starts no run: the flow takes none');
    }
  }
}
