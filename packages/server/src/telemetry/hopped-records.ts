import type { ChunkRow } from './chunk-table.ts';
import { type RecordChunk, unpackRecords, withHops } from './record-chunk.ts';
import type { HopOfRecord, InvocationRecord } from './types.ts';

/** Their ways are reported within a second; of more records none is added. */
const MOST = 10_000;

interface Place {
  readonly chunk: number;
  /** In the chunk. */
  readonly at: number;
}

/** Where the latest records of calls are that other servers received: their ways are known, and added, a moment later. */
export class HoppedRecords {
  readonly #places = new Map<string, Place>();

  /** The records are those of the chunk. */
  note(chunk: number, records: readonly InvocationRecord[]): void {
    for (const [at, record] of records.entries()) {
      if (record.ranOn !== undefined) this.#places.set(keyOf(record), { chunk, at });
    }
    for (const [oldest] of this.#places) {
      if (this.#places.size <= MOST) break;
      this.#places.delete(oldest);
    }
  }

  /** The ways that belong to noted records, by chunk and place; each is taken once. */
  take(hops: readonly HopOfRecord[]): Map<number, Map<number, HopOfRecord>> {
    const taken = new Map<number, Map<number, HopOfRecord>>();
    for (const hop of hops) {
      const key = keyOf(hop);
      const place = this.#places.get(key);
      if (place === undefined) continue;
      this.#places.delete(key);
      const ofChunk = taken.get(place.chunk) ?? new Map<number, HopOfRecord>();
      taken.set(place.chunk, ofChunk.set(place.at, hop));
    }
    return taken;
  }
}

/** The stored text of a chunk with the ways of its records. One whose write failed had other records. */
export function bodyWithHops({ body }: Pick<ChunkRow, 'body'>, hops: ReadonlyMap<number, HopOfRecord>): string {
  const chunk = JSON.parse(body) as RecordChunk;
  const records = unpackRecords(chunk);
  const ms = new Map<number, number>();
  for (const [at, hop] of hops) {
    const record = records[at];
    if (record !== undefined && keyOf(record) === keyOf(hop)) ms.set(at, hop.ms);
  }
  return JSON.stringify(withHops(chunk, ms));
}

function keyOf({ requestId, attempt }: Pick<HopOfRecord, 'requestId' | 'attempt'>): string {
  return `${attempt} ${requestId}`;
}
