import type { Logger } from 'pino';
import type { Quotas } from '../../domain/quotas.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Storage } from '../../storage/index.ts';
import { ExpiryStore } from './expiry-store.ts';
import { RecordStore } from './record-store.ts';
import { RecordWriter } from './record-writer.ts';
import { StreamRecords } from './records.ts';
import { StreamStore } from './stream-store.ts';
import { StreamUpkeep } from './stream-upkeep.ts';
import { Streams } from './streams.ts';

export interface StreamsOptions {
  readonly storage: Pick<Storage, 'db' | 'atomic'>;
  readonly quotas: Pick<Quotas, 'streams' | 'streamBytes'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface OpenStreams {
  readonly streams: Streams;
  readonly records: StreamRecords;
  /** One server at a time runs it for all. */
  readonly upkeep: StreamUpkeep;
}

/** Streams and their records, in the database. */
export function openStreams({ storage, quotas, clock, log }: StreamsOptions): OpenStreams {
  const upkeep = new StreamUpkeep({ store: new ExpiryStore(storage), clock, log });
  const store = new RecordStore(storage);
  const streams = new Streams({
    store: new StreamStore(storage),
    quota: quotas.streams,
    clock,
    onRemoved: () => upkeep.wake(),
  });
  const writer = new RecordWriter({ store, quota: quotas.streamBytes, clock });
  return { streams, records: new StreamRecords({ store, writer, clock }), upkeep };
}
