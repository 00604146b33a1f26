import type { Clock } from '../lib/clock.ts';
import type { WorkerThread } from '../lib/worker-thread.ts';
import { BatchSender } from './batch-sender.ts';
import { checkRange, isTime, within } from './range.ts';
import { packRecords } from './record-chunk.ts';
import type { TelemetryCall, TelemetryResult } from './thread-calls.ts';
import type { HopOfRecord, InvocationRecord, RecordPage, RecordQuery } from './types.ts';

export interface InvocationRecordsOptions {
  readonly thread: WorkerThread<TelemetryCall, TelemetryResult>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly maxBuffered: number;
  /** Writes the earlier lines: those that are made from a record come behind the lines that its request wrote. */
  readonly flushLines: () => Promise<void>;
}

/** One record per attempt. Writing never waits; a flushed record survives a kill of the process. */
export class InvocationRecords {
  readonly #thread: WorkerThread<TelemetryCall, TelemetryResult>;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #sender: BatchSender<InvocationRecord>;
  #dropped = 0;

  constructor(options: InvocationRecordsOptions) {
    const { thread, clock, onError } = options;
    this.#thread = thread;
    this.#clock = clock;
    this.#onError = onError;
    this.#sender = new BatchSender<InvocationRecord>({
      clock,
      maxItems: options.maxBuffered,
      maxSize: options.maxBuffered,
      sizeOf: () => 1,
      flushItems: 500,
      flushMs: 50,
      send: async (records) => {
        await options.flushLines();
        await thread.call({ op: 'records', chunks: packRecords(records), now: clock.now() });
      },
      onDropped: (records) => {
        this.#dropped += records.length;
      },
      onError,
    });
  }

  /** Records lost since the start. */
  get droppedRecords(): number {
    return this.#dropped;
  }

  append(record: InvocationRecord): void {
    const { startedAt } = record;
    this.#sender.push(isTime(startedAt) ? record : { ...record, startedAt: this.#clock.now() });
  }

  /** Adds the ways of calls to their records, which were appended a moment ago. Never waits. */
  addHops(hops: readonly HopOfRecord[]): void {
    const add = async (): Promise<void> => {
      await this.flush();
      await this.#thread.call({ op: 'hops', hops });
    };
    add().catch(this.#onError);
  }

  /** The last attempt of the request. */
  async get(requestId: string): Promise<InvocationRecord | undefined> {
    return (await this.attempts(requestId)).at(-1);
  }

  /** Every attempt of the request, in order. */
  async attempts(requestId: string): Promise<readonly InvocationRecord[]> {
    await this.flush();
    const result = await this.#thread.call({ op: 'attempts', requestId });
    if (result.op !== 'attempts') throw new Error(`unexpected answer ${result.op}`);
    return result.records;
  }

  async list(query: RecordQuery): Promise<RecordPage> {
    checkRange(query, 1000);
    await this.flush();
    const result = await this.#thread.call({ op: 'list', query: within(query) });
    if (result.op !== 'list') throw new Error(`unexpected answer ${result.op}`);
    return result.page;
  }

  /** Resolves when all earlier records can be found, and survive a kill of the process. */
  flush(): Promise<void> {
    return this.#sender.flush();
  }
}
