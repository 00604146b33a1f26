import type { LogTriggers } from '../lts/log-triggers.ts';
import { isLts } from '../lts/lts-settings.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { ReadTrigger, SourceTargets, SourceTrigger } from './source-trigger.ts';
import type { StreamSource } from './stream-source.ts';

interface StreamLagsDeps {
  /** By type code of their triggers. */
  readonly sources: ReadonlyMap<string, StreamSource>;
  readonly targets: readonly SourceTargets[];
  readonly checkpoints: Pick<CheckpointStore, 'positions'>;
  /** Of triggers of logs. */
  readonly logs: Pick<LogTriggers, 'lag'>;
}

/** How far triggers are behind the ends of their streams and logs. */
export class StreamLags {
  readonly #deps: StreamLagsDeps;

  constructor(deps: StreamLagsDeps) {
    this.#deps = deps;
  }

  /** Records that did not run yet, or lines without an event; undefined for a trigger that reads neither. */
  async of(trigger: ReadTrigger): Promise<number | undefined> {
    const { sources, checkpoints, logs } = this.#deps;
    if (isLts(trigger.settings)) return logs.lag(trigger);
    const source = sources.get(trigger.settings.kind);
    return source?.lag(trigger, await checkpoints.positions(trigger.id));
  }

  /** Of enabled triggers, `most` at most, always the same ones: those with the lowest ids. */
  async first(most: number): Promise<{ readonly trigger: SourceTrigger; readonly lag: number }[]> {
    const { targets, sources } = this.#deps;
    const kinds = { has: (kind: string) => sources.has(kind) || isLts({ kind }) };
    const enabled = targets.flatMap((target) => [...target.triggers(kinds)]);
    const chosen = enabled.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, most);
    const lags: { readonly trigger: SourceTrigger; readonly lag: number }[] = [];
    for (const trigger of chosen) {
      const lag = await this.of(trigger);
      if (lag !== undefined) lags.push({ trigger, lag });
    }
    return lags;
  }
}
