import { projectKey, projectOf } from './minute-table.ts';

/** The target of a call. Passing the same object for calls that are counted together makes counting cheap. */
export interface CallTarget {
  readonly functionKey: string;
  readonly version: string;
  /** The alias is empty for calls without one. */
  readonly context: { readonly alias: string };
}

/** Number of running calls, and their peak since the last sample. */
export interface Counter {
  readonly functionKey: string;
  readonly qualifier: string;
  running: number;
  peak: number;
  /** Removed because it was idle; the next call gets a new counter. */
  isForgotten: boolean;
}

/** The most calls at once of a function (empty qualifier), a version, an alias (`!name`) or a project. */
export interface Peak {
  readonly functionKey: string;
  readonly qualifier: string;
  readonly concurrency: number;
}

/** Counts running calls of each function, version, alias and project. On the warm path: no allocation, no text. */
export class RunningCalls {
  readonly #counters = new Map<string, Counter>();
  readonly #known = new WeakMap<CallTarget, readonly Counter[]>();

  /** The returned counters must be passed to `end`, once. */
  begin(target: CallTarget): readonly Counter[] {
    const known = this.#known.get(target);
    const counters = known === undefined || known.some((one) => one.isForgotten) ? this.#renew(target) : known;
    for (const counter of counters) {
      counter.running += 1;
      if (counter.running > counter.peak) counter.peak = counter.running;
    }
    return counters;
  }

  end(counters: readonly Counter[]): void {
    for (const counter of counters) counter.running -= 1;
  }

  /** Number of running calls of a project. */
  ofProject(projectId: string): number {
    return this.#counters.get(textOf(projectKey(projectId), ''))?.running ?? 0;
  }

  /** Peaks since the previous call; idle counters are left out. */
  takePeaks(): Peak[] {
    const peaks: Peak[] = [];
    for (const { functionKey, qualifier, peak } of this.#counters.values()) {
      if (peak > 0) peaks.push({ functionKey, qualifier, concurrency: peak });
    }
    for (const [text, counter] of this.#counters) {
      if (counter.peak === 0) {
        counter.isForgotten = true;
        this.#counters.delete(text);
      } else counter.peak = counter.running;
    }
    return peaks;
  }

  #renew(target: CallTarget): readonly Counter[] {
    const counters = qualifiersOf(target).map(([key, qualifier]) => this.#counter(key, qualifier));
    this.#known.set(target, counters);
    return counters;
  }

  #counter(functionKey: string, qualifier: string): Counter {
    const text = textOf(functionKey, qualifier);
    const counter = this.#counters.get(text) ?? { functionKey, qualifier, running: 0, peak: 0, isForgotten: false };
    this.#counters.set(text, counter);
    return counter;
  }
}

function textOf(functionKey: string, qualifier: string): string {
  return `${functionKey}\n${qualifier}`;
}

/** All keys under which a call, or an instance, is counted. */
export function qualifiersOf({ functionKey, version, context }: CallTarget): [key: string, qualifier: string][] {
  const alias: [string, string][] = context.alias === '' ? [] : [[functionKey, `!${context.alias}`]];
  return [[functionKey, ''], [functionKey, version], ...alias, [projectKey(projectOf(functionKey)), '']];
}
