import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Firing, Trigger } from '../../control/index.ts';
import { newRequestId } from '../../lib/ids.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { SourceDeps } from '../trigger-kind.ts';
import { timerEvent } from './timer-event.ts';
import { isTimer, scheduleOf, type TimerSettings } from './timer-settings.ts';
import type { Timed, Timers } from './timers.ts';

export interface FunctionTimer extends Timed {
  readonly stored: Trigger<TimerSettings>;
}

/** Timers of functions: a tick is stored as an asynchronous invocation. */
export class FunctionTimers implements Timers<FunctionTimer> {
  readonly #deps: Pick<SourceDeps, 'catalog' | 'triggers' | 'async' | 'leftOut' | 'region'>;

  constructor(deps: Pick<SourceDeps, 'catalog' | 'triggers' | 'async' | 'leftOut' | 'region'>) {
    this.#deps = deps;
  }

  owners(): Iterable<string> {
    return new Set([...this.#deps.catalog.allTriggers()].map((trigger) => trigger.functionId));
  }

  of(functionId: string): readonly FunctionTimer[] {
    return this.#deps.catalog
      .triggers(functionId)
      .filter(isTimer)
      .filter(({ active }) => active)
      .map((trigger) => {
        const { id, since, fired, settings } = trigger;
        return { id, since, fired, schedule: scheduleOf(settings), stored: trigger };
      });
  }

  onChange(changed: (functionId: string) => void): () => void {
    return this.#deps.catalog.facts.on('triggers.updated', ({ functionId }) => changed(functionId));
  }

  async fire(
    { stored: trigger, schedule }: FunctionTimer,
    firing: Firing,
    guards: readonly AtomicStatement[],
  ): Promise<void> {
    const { async, triggers } = this.#deps;
    const event = timerEvent(trigger.settings, schedule, firing.tick);
    const statements = [triggers.firing(trigger, firing), ...guards];
    await async.accept({ urn: this.#urn(trigger), event, requestId: newRequestId() }, statements);
  }

  leftOut({ stored: trigger, schedule }: FunctionTimer, tick: number, reason: string): void {
    const event = timerEvent(trigger.settings, schedule, tick);
    const what = `The event of timer ${trigger.settings.name} for ${new Date(tick).toISOString()} is left out`;
    const message = `${what}: ${reason}`;
    this.#deps.leftOut({ urn: this.#urn(trigger), event, requestId: newRequestId(), message });
  }

  #urn({ fn, qualifier }: Trigger): FunctionUrn {
    return { region: this.#deps.region, ...fn, qualifier: parseQualifier(qualifier) };
  }
}
