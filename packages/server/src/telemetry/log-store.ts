import type { Clock } from '../lib/clock.ts';
import type { WorkerThread } from '../lib/worker-thread.ts';
import { BatchSender } from './batch-sender.ts';
import { TelemetryError } from './errors.ts';
import { droppedLine, Followers } from './followers.ts';
import type { LinesAfter, LinesAfterQuery } from './lines-after.ts';
import { checkRange, within } from './range.ts';
import { type EachPage, type EachQuery, type FoundLines, pageOfEach, searchEach } from './search-each.ts';
import type { TelemetryCall, TelemetryResult } from './thread-calls.ts';
import type { LogFilter, LogLine, LogPage, LogQuery } from './types.ts';

export interface LogStoreOptions {
  readonly thread: WorkerThread<TelemetryCall, TelemetryResult>;
  readonly clock: Clock;
  /** Called when a batch could not be written, or a follower threw. The lines are counted as dropped. */
  readonly onError: (error: unknown) => void;
  /** Whether the disk has space for lines. */
  readonly mayWrite: () => boolean;
  /** Lines that wait for writing; above it the oldest are dropped. */
  readonly maxBuffered: number;
  /** Writes the earlier records, from which lines are made. */
  readonly flushRecords: () => Promise<void>;
}

const maxMessageLength = 96 * 1024;
const maxKeyLength = 512;
const maxBufferedChars = 32 * 1024 * 1024;
const maxKeywordLength = 1024;
const maxCountedFunctions = 1000;
/** Largest deviation of a line's time; beyond it the time of arrival is used. */
const maxPastMs = 3_600_000;
const maxFutureMs = 60_000;

/** The log of all functions. Writing never waits and never throws; lost lines leave a line with their number. */
export class LogStore {
  readonly #mayWrite: () => boolean;
  readonly #thread: WorkerThread<TelemetryCall, TelemetryResult>;
  readonly #clock: Clock;
  readonly #sender: BatchSender<LogLine>;
  readonly #followers: Followers;
  readonly #flushRecords: () => Promise<void>;
  readonly #dropped = new Map<string, number>();
  #droppedTotal = 0;

  constructor(options: LogStoreOptions) {
    const { thread, clock, onError } = options;
    this.#mayWrite = options.mayWrite;
    this.#thread = thread;
    this.#clock = clock;
    this.#flushRecords = options.flushRecords;
    this.#followers = new Followers({ clock, onError });
    this.#sender = new BatchSender<LogLine>({
      clock,
      maxItems: options.maxBuffered,
      maxSize: maxBufferedChars,
      sizeOf: (line) => line.message.length + 200,
      flushItems: 500,
      flushMs: 50,
      send: (lines) => this.#send(lines),
      onDropped: (lines) => this.#count(lines),
      onError,
    });
  }

  /** Lines lost since the start. */
  get droppedLines(): number {
    return this.#droppedTotal;
  }

  /** Lines that wait for writing. */
  get bufferedLines(): number {
    return this.#sender.length;
  }

  append(lines: readonly LogLine[]): void {
    const now = this.#clock.now();
    for (const line of lines) {
      const safe = bounded(line, now);
      this.#sender.push(safe);
      this.#followers.offer(safe);
    }
  }

  /** Writes a line that followers have got by `show`. */
  write(line: LogLine): void {
    this.#sender.push(bounded(line, this.#clock.now()));
  }

  /** Delivers a line to followers only: it is written later, or made from the record of its request. */
  show(line: LogLine): void {
    this.#followers.offer(bounded(line, this.#clock.now()));
  }

  isFollowed(functionKey: string): boolean {
    return this.#followers.has(functionKey);
  }

  /** Finds all earlier lines. Throws `telemetry.query` or `telemetry.cursor` for an invalid query. */
  async query(query: LogQuery): Promise<LogPage> {
    check(query, 5000);
    await this.flush();
    return this.#search(query);
  }

  /** Finds all earlier lines of several functions, until `isOver`. Throws like `query`. */
  async queryEach(query: EachQuery, isOver: () => boolean): Promise<EachPage> {
    check(query, 1000);
    return pageOfEach(query, (one) => this.findEach(one, isOver));
  }

  /** The newest of all earlier lines of several functions, until `isOver`. */
  async findEach(query: Omit<EachQuery, 'cursor'>, isOver: () => boolean): Promise<FoundLines> {
    await this.flush();
    return searchEach(query, (one) => this.#search(one), isOver);
  }

  async #search(query: LogQuery): Promise<LogPage> {
    const result = await this.#thread.call({ op: 'search', query: within(query) });
    if (result.op !== 'search') throw new Error(`unexpected answer ${result.op}`);
    return result.page;
  }

  /** Lines that were flushed, in the order of writing. */
  async linesAfter(query: LinesAfterQuery): Promise<LinesAfter> {
    const result = await this.#thread.call({ op: 'lines-after', query });
    if (result.op !== 'lines-after') throw new Error(`unexpected answer ${result.op}`);
    return result.found;
  }

  /** Flushed lines of a function behind the positions; of very many, only the first ones count. */
  async countAfter(query: Omit<LinesAfterQuery, 'limit'>): Promise<number> {
    const result = await this.#thread.call({ op: 'count-after', query });
    if (result.op !== 'count-after') throw new Error(`unexpected answer ${result.op}`);
    return result.count;
  }

  /**
   * Calls `onLines` with lines as they arrive, in batches, until the returned function is called. `onLines` must be
   * quick; if it throws, it is not called again.
   */
  tail(filter: LogFilter, onLines: (lines: readonly LogLine[]) => void): () => void {
    return this.#followers.add(filter, onLines);
  }

  /** Resolves when all earlier lines can be found, and survive a kill of the process. */
  async flush(): Promise<void> {
    await this.flushStored();
    await this.#flushRecords();
  }

  /** Like `flush`, without lines that are made from records. */
  flushStored(): Promise<void> {
    return this.#sender.flush();
  }

  async #send(lines: readonly LogLine[]): Promise<void> {
    if (!this.#mayWrite()) {
      this.#count(lines);
      return;
    }
    const now = this.#clock.now();
    const counts = [...this.#dropped];
    const notes = counts.map(([functionKey, count]) => droppedLine(functionKey, count, now));
    await this.#thread.call({ op: 'lines', lines: notes.length === 0 ? lines : [...notes, ...lines], now });
    // Only written notes are done; lines dropped meanwhile are reported next time.
    for (const [functionKey, count] of counts) {
      const left = (this.#dropped.get(functionKey) ?? 0) - count;
      if (left > 0) this.#dropped.set(functionKey, left);
      else this.#dropped.delete(functionKey);
    }
  }

  #count(lines: readonly LogLine[]): void {
    this.#droppedTotal += lines.length;
    for (const { functionKey } of lines) {
      const count = this.#dropped.get(functionKey);
      if (count !== undefined || this.#dropped.size < maxCountedFunctions) {
        this.#dropped.set(functionKey, (count ?? 0) + 1);
      }
    }
  }
}

function check(query: EachQuery | LogQuery, maxLimit: number): void {
  checkRange(query, maxLimit);
  const { length } = query.keyword ?? ' ';
  if (length > 0 && length <= maxKeywordLength) return;
  throw new TelemetryError('telemetry.query', `the keyword has ${length} characters`, `Use 1 to ${maxKeywordLength}.`);
}

/** Data of an instance is not trusted: neither its clock nor any length. */
function bounded(line: LogLine, now: number): LogLine {
  const plausible = line.time >= now - maxPastMs && line.time <= now + maxFutureMs;
  const { message, traceparent, depth } = line;
  const safe = {
    time: plausible ? Math.floor(line.time) : now,
    functionKey: line.functionKey.slice(0, maxKeyLength),
    version: line.version.slice(0, maxKeyLength),
    requestId: line.requestId.slice(0, maxKeyLength),
    instanceId: line.instanceId.slice(0, maxKeyLength),
    level: line.level,
    message: message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength)}… (cut)`,
  };
  return {
    ...safe,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(depth === undefined ? {} : { depth }),
  };
}
