import type { Gauges } from '../metrics/rollup.ts';
import type { SinceStart } from '../metrics/since-start.ts';
import type { GaugeSample } from '../metrics/types.ts';
import type { FunctionState } from './metric-data.ts';

/** Functions whose peaks of a minute are sent. */
const MAX_GAUGES = 10_000;

/** What functions did, as it is sent each minute. */
export class MetricSource {
  readonly #sums: SinceStart;
  #peaks = new Map<string, Gauges>();

  constructor(sums: SinceStart) {
    this.#sums = sums;
  }

  /** Of functions as a whole; those of versions, aliases and projects are left out. */
  addGauges(samples: readonly GaugeSample[]): void {
    for (const { functionKey, qualifier, ...sample } of samples) {
      if (qualifier !== '' || functionKey.startsWith('*')) continue;
      const known = this.#peaks.get(functionKey);
      if (known === undefined && this.#peaks.size >= MAX_GAUGES) continue;
      this.#peaks.set(functionKey, {
        concurrency: Math.max(sample.concurrency, known?.concurrency ?? 0),
        reserved: Math.max(sample.reserved, known?.reserved ?? 0),
        instances: Math.max(sample.instances, known?.instances ?? 0),
      });
    }
  }

  /** The state of every function; peaks begin anew. */
  take(): FunctionState[] {
    const peaks = this.#peaks;
    this.#peaks = new Map();
    const states = [...this.#sums.functions()].map(([functionKey, sums]): FunctionState => {
      const gauges = peaks.get(functionKey);
      peaks.delete(functionKey);
      return { functionKey, sums, gauges };
    });
    for (const [functionKey, gauges] of peaks) states.push({ functionKey, sums: undefined, gauges });
    return states;
  }
}
