import type { Trigger } from '../../control/index.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { StreamSource } from './stream-source.ts';

interface StreamLagsDeps {
  /** By type code of their triggers. */
  readonly sources: ReadonlyMap<string, StreamSource>;
  readonly checkpoints: Pick<CheckpointStore, 'positions'>;
}

/** How far triggers are behind the ends of their streams. */
export class StreamLags {
  readonly #deps: StreamLagsDeps;

  constructor(deps: StreamLagsDeps) {
    this.#deps = deps;
  }

  /** Records that did not run yet; undefined for a trigger without a stream. */
  async of(trigger: Trigger): Promise<number | undefined> {
    const { sources, checkpoints } = this.#deps;
    const source = sources.get(trigger.settings.kind);
    return source?.lag(trigger, await checkpoints.positions(trigger.id));
  }
}
