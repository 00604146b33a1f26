import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { isGuard } from '../../storage/index.ts';
import { bodyBytes, encodeBatch } from './batch-body.ts';
import type { RecordStore } from './record-store.ts';
import { streamNotFound } from './streams.ts';
import type { NewRecord, PutFigures, PutOutcome, RecordContent, Stream } from './types.ts';

const MEBIBYTE = 1024 * 1024;
/** Of a row, more only for one record. */
const ROW_BYTES = MEBIBYTE;
const ROW_RECORDS = 1_000;
/** Of the rows that are stored in one step. */
const STEP_ROWS = 64;
const STEP_BYTES = 8 * MEBIBYTE;
/** A row takes this of the quota besides its records. */
const ROW_OVERHEAD = 100;
/** Bytes of records that wait to be stored. */
const WAITING_OF_PROJECT = 16 * MEBIBYTE;
const WAITING = 64 * MEBIBYTE;

/** Records of one shard that will be one row. */
interface PendingRow {
  readonly stream: Stream;
  readonly shard: number;
  readonly records: RecordContent[];
  bytes: number;
  /** Resolves with the number of the first record. */
  readonly stored: PromiseWithResolvers<number>;
}

interface RecordWriterOptions {
  readonly store: Pick<RecordStore, 'advance' | 'insert' | 'charge' | 'atomic' | 'shard'>;
  /** Bytes that a project may store. */
  readonly quota: number;
  readonly clock: Clock;
}

/** Stores records: puts that arrive while others are stored are stored together, and those of one shard as one row. */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  #rows: PendingRow[] = [];
  /** The last row of each shard: records may only be added to that one, for the order. */
  readonly #last = new Map<string, PendingRow>();
  readonly #waitingOf = new Map<string, number>();
  #waiting = 0;
  #records = 0;
  #bytes = 0;
  #throttled = 0;
  #writing = false;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
  }

  /** What this server stored, and refused, since its start. */
  figures(): PutFigures {
    return { records: this.#records, bytes: this.#bytes, throttled: this.#throttled };
  }

  /**
   * Resolves when the records are on disk, or refused, each in its place. Those of one shard are stored in their order.
   * Throws `stream_throttled`.
   */
  async put(stream: Stream, records: readonly NewRecord[]): Promise<PutOutcome[]> {
    const bytes = records.reduce((sum, record) => sum + bodyBytes(record), 0);
    this.#admit(stream, bytes);
    try {
      const places = records.map((record) => this.#add(stream, record));
      this.#write();
      return await Promise.all(
        places.map(async ({ row, at }): Promise<PutOutcome> => {
          const { shard } = row;
          return row.stored.promise.then(
            (first) => ({ shard, sequence: first + at }),
            (error: unknown) => ({ shard, error }),
          );
        }),
      );
    } finally {
      this.#count(stream.projectId, -bytes);
    }
  }

  #admit({ projectId, name }: Stream, bytes: number): void {
    const ofProject = (this.#waitingOf.get(projectId) ?? 0) + bytes;
    if (ofProject > WAITING_OF_PROJECT || this.#waiting + bytes > WAITING) {
      this.#throttled += 1;
      throw new PlatformError('stream_throttled', `stream ${name} gets records faster than they can be stored`, {
        hint: 'Send the records again later.',
      });
    }
    this.#count(projectId, bytes);
  }

  #count(projectId: string, bytes: number): void {
    const ofProject = (this.#waitingOf.get(projectId) ?? 0) + bytes;
    if (ofProject > 0) this.#waitingOf.set(projectId, ofProject);
    else this.#waitingOf.delete(projectId);
    this.#waiting += bytes;
  }

  #add(stream: Stream, { shard, ...record }: NewRecord): { readonly row: PendingRow; readonly at: number } {
    const key = keyOf(stream, shard);
    const bytes = bodyBytes(record);
    let row = this.#last.get(key);
    if (row === undefined || row.bytes + bytes > ROW_BYTES || row.records.length >= ROW_RECORDS) {
      row = { stream, shard, records: [], bytes: 0, stored: Promise.withResolvers() };
      this.#rows.push(row);
      this.#last.set(key, row);
    }
    row.records.push(record);
    row.bytes += bytes;
    return { row, at: row.records.length - 1 };
  }

  #write(): void {
    if (this.#writing) return;
    this.#writing = true;
    void this.#writeAll();
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    while (this.#rows.length > 0) {
      const rows = this.#take();
      try {
        await this.#store(rows);
      } catch (error) {
        if (isGuard(error)) for (const row of rows) await this.#storeAlone(row);
        else for (const row of rows) row.stored.reject(error);
      }
    }
    // in the same step as the last look at the rows, so that no put comes between
    this.#writing = false;
  }

  /** The next rows for one step, which get no more records. */
  #take(): PendingRow[] {
    let bytes = 0;
    const end = this.#rows.findIndex((row, at) => {
      bytes += row.bytes;
      return at === STEP_ROWS || (at > 0 && bytes > STEP_BYTES);
    });
    const rows = this.#rows.splice(0, end === -1 ? this.#rows.length : end);
    for (const row of rows) {
      const key = keyOf(row.stream, row.shard);
      if (this.#last.get(key) === row) this.#last.delete(key);
    }
    return rows;
  }

  async #storeAlone(row: PendingRow): Promise<void> {
    try {
      await this.#store([row]);
    } catch (error) {
      row.stored.reject(isGuard(error) ? await this.#refusal(row).catch((fault: unknown) => fault) : error);
    }
  }

  async #store(rows: readonly PendingRow[]): Promise<void> {
    const { store, quota, clock } = this.#options;
    const now = clock.now();
    // all servers lock shards in one order, then projects
    const sorted = rows.toSorted((a, b) => compare(a.stream.id, b.stream.id) || a.shard - b.shard);
    const charges = new Map<string, number>();
    const statements = sorted.flatMap(({ stream, shard, records, bytes: own }) => {
      const { projectId } = stream;
      const bytes = own + ROW_OVERHEAD;
      charges.set(projectId, (charges.get(projectId) ?? 0) + bytes);
      const batch = { stream, shard, records: records.length, bytes, body: encodeBatch(records) };
      return [store.advance(batch, now), store.insert(batch)];
    });
    const projects = [...charges].toSorted(([a], [b]) => compare(a, b));
    const results = await store.atomic([
      ...statements,
      ...projects.map(([projectId, bytes]) => store.charge(projectId, bytes, quota)),
    ]);
    for (const [at, row] of sorted.entries()) {
      const [state] = (results[at * 2]?.rows ?? []) as readonly { readonly next_sequence: number | string }[];
      this.#records += row.records.length;
      this.#bytes += row.bytes;
      row.stored.resolve(Number(state?.next_sequence) - row.records.length);
    }
  }

  async #refusal({ stream, shard }: PendingRow): Promise<Error> {
    const { store, quota, clock } = this.#options;
    if ((await store.shard(stream.id, shard, clock.now())) === undefined) return streamNotFound(stream.name);
    return new PlatformError('stream_storage_quota', `the streams of the project may store ${quota} bytes`, {
      hint: 'Delete streams that are not needed, or raise quota_stream_size.',
    });
  }
}

function keyOf({ id }: Stream, shard: number): string {
  return `${id}/${shard}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
