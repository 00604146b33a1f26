import type { Clock } from '../lib/clock.ts';
import type { LogFilter, LogLine } from './types.ts';

interface Follower {
  readonly filter: LogFilter;
  readonly onLines: (lines: readonly LogLine[]) => void;
  lines: LogLine[];
  missed: number;
}

/** Lines kept for a follower between two deliveries. */
const maxHeld = 1000;
const deliverMs = 50;

/** Live readers of the log. Each gets batches; a slow reader misses lines and gets their number. */
export class Followers {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #byFunction = new Map<string, Set<Follower>>();
  #scheduled = false;

  constructor(options: { readonly clock: Clock; readonly onError: (error: unknown) => void }) {
    this.#clock = options.clock;
    this.#onError = options.onError;
  }

  add(filter: LogFilter, onLines: (lines: readonly LogLine[]) => void): () => void {
    const follower: Follower = { filter, onLines, lines: [], missed: 0 };
    const peers = this.#byFunction.get(filter.functionKey) ?? new Set();
    this.#byFunction.set(filter.functionKey, peers);
    peers.add(follower);
    return () => this.#remove(follower);
  }

  has(functionKey: string): boolean {
    return this.#byFunction.has(functionKey);
  }

  offer(line: LogLine): void {
    const followers = this.#byFunction.get(line.functionKey);
    if (followers === undefined) return;
    for (const follower of followers) {
      if (!matches(follower.filter, line)) continue;
      if (follower.lines.length < maxHeld) follower.lines.push(line);
      else follower.missed += 1;
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(deliverMs, () => this.deliver());
  }

  /** Delivers held lines. A follower that throws is removed. */
  deliver(): void {
    this.#scheduled = false;
    for (const followers of this.#byFunction.values()) {
      for (const follower of [...followers]) {
        const lines = take(follower, this.#clock.now());
        if (lines.length === 0) continue;
        try {
          follower.onLines(lines);
        } catch (error) {
          this.#remove(follower);
          this.#onError(error);
        }
      }
    }
  }

  #remove(follower: Follower): void {
    const peers = this.#byFunction.get(follower.filter.functionKey);
    peers?.delete(follower);
    if (peers?.size === 0) this.#byFunction.delete(follower.filter.functionKey);
  }
}

function take(follower: Follower, now: number): readonly LogLine[] {
  const { lines, missed, filter } = follower;
  follower.lines = [];
  follower.missed = 0;
  return missed === 0 ? lines : [...lines, droppedLine(filter.functionKey, missed, now)];
}

function matches(filter: LogFilter, line: LogLine): boolean {
  return (
    (filter.requestId === undefined || filter.requestId === line.requestId) &&
    (filter.instanceId === undefined || filter.instanceId === line.instanceId) &&
    (filter.versions === undefined || filter.versions.includes(line.version)) &&
    (filter.levels === undefined || filter.levels.includes(line.level))
  );
}

/** The line in place of missing ones. */
export function droppedLine(functionKey: string, count: number, now: number): LogLine {
  const message = `${count} log lines are missing here: they came faster than they could be handled`;
  return { time: now, functionKey, version: '', requestId: '', instanceId: '', level: 'WARN', message };
}
