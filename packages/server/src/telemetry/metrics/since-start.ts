import type { InvocationRecord } from '../types.ts';
import { countUpTo } from './histogram.ts';
import { addRecord, addRollup, emptyRollup, type Rollup } from './rollup.ts';
import type { FunctionTotals, Totals } from './types.ts';

/** Functions with sums of their own; all others share one. */
const MAX_FUNCTIONS = 1000;
/** Key of the functions beyond that number. */
export const OTHER_FUNCTIONS = '::';
/** Powers of two, the lower bounds of histogram buckets, so that the counts are exact. */
export const BOUNDS_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 32_768, 131_072, 524_288];

/** Sums since the server started, for systems that read increasing counters. */
export class SinceStart {
  readonly #functions = new Map<string, Rollup>();

  add(records: readonly InvocationRecord[]): void {
    for (const record of records) addRecord(this.#of(record.functionKey), record);
  }

  functions(): Iterable<readonly [functionKey: string, sums: Rollup]> {
    return this.#functions;
  }

  totals(): Totals {
    const all = emptyRollup();
    for (const sum of this.#functions.values()) addRollup(all, sum);
    return {
      functions: [...this.#functions].map(([functionKey, sum]) => toTotals(functionKey, sum)),
      durations: BOUNDS_MS.map((leMs) => ({ leMs, count: countUpTo(all.histogram, leMs) })),
      ran: all.ran,
      durationMs: all.durationMs,
    };
  }

  #of(functionKey: string): Rollup {
    const known = this.#functions.get(functionKey);
    if (known !== undefined) return known;
    const key = this.#functions.size < MAX_FUNCTIONS ? functionKey : OTHER_FUNCTIONS;
    const sum = this.#functions.get(key) ?? emptyRollup();
    this.#functions.set(key, sum);
    return sum;
  }
}

function toTotals(functionKey: string, sum: Rollup): FunctionTotals {
  const { count, failed, rejected, cold, causes, ran, durationMs, gbSeconds } = sum;
  return {
    functionKey,
    ...{ succeeded: count - failed - rejected, failed, rejected, cold, ran, durationMs, gbSeconds },
    causes: { ...causes },
  };
}
