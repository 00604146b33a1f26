import { projectKey, projectOf } from './minute-table.ts';

/** What a call runs. The same object for calls that are counted together makes counting cheap. */
export interface CallTarget {
  readonly functionKey: string;
  readonly version: string;
  /** With the empty text for no alias. */
  readonly context: { readonly alias: string };
}

/** How many run, and how many ran at most since the last look. */
export interface Counter {
  readonly functionKey: string;
  readonly qualifier: string;
  running: number;
  peak: number;
  /** Stood still and was forgotten; the next call gets another. */
  isForgotten: boolean;
}

/** Counts what runs of each function, version, alias and project. The warm path passes here: no allocation, no text. */
export class RunningCalls {
  readonly #counters = new Map<string, Counter>();
  readonly #known = new WeakMap<CallTarget, readonly Counter[]>();

  /** What is given back must be handed to `end`, once. */
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

  /** Calls of a project that run now. */
  ofProject(projectId: string): number {
    return this.#counters.get(textOf(projectKey(projectId), ''))?.running ?? 0;
  }

  /** What ran since the last time; those that stand still are left out. */
  takePeaks(): { functionKey: string; qualifier: string; concurrency: number }[] {
    const peaks: { functionKey: string; qualifier: string; concurrency: number }[] = [];
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

/** Everything under which a call, or an instance, is counted. */
export function qualifiersOf({ functionKey, version, context }: CallTarget): [key: string, qualifier: string][] {
  const alias: [string, string][] = context.alias === '' ? [] : [[functionKey, `!${context.alias}`]];
  return [[functionKey, ''], [functionKey, version], ...alias, [projectKey(projectOf(functionKey)), '']];
}
