import { pino } from 'pino';
import { type Quotas, USUAL_QUOTAS } from '../../domain/quotas.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { AtomicStatement, Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { type OpenStreams, openStreams } from './open-streams.ts';
import type { NewStream } from './streams.ts';
import type { Stream } from './types.ts';

export const USUAL: NewStream = { name: 'clicks', type: 'COMMON', dataType: 'BLOB', shards: 1, retentionHours: 24 };

export interface TestStreams extends OpenStreams {
  readonly storage: Storage;
  readonly clock: ManualClock;
  /** Number of transactions that stored something. */
  steps(): number;
  stream(changes?: Partial<NewStream>): Promise<Stream>;
  /** Puts texts under a key and returns their numbers, or the codes of their errors. */
  put(stream: Stream, ...texts: string[]): Promise<unknown[]>;
  /** The texts of a shard from a number on. */
  texts(stream: Stream, shard?: number, next?: number): Promise<string[]>;
}

/** Streams of their own for one test, with a standing clock; `beside` shares a database with other ones. */
export async function openTestStreams(quotas: Partial<Quotas> = {}, beside?: TestStreams): Promise<TestStreams> {
  const storage = beside?.storage ?? (await openTestStorage());
  const clock = beside?.clock ?? new ManualClock();
  let steps = 0;
  const atomic = (statements: readonly AtomicStatement[]): ReturnType<Storage['atomic']> => {
    steps += 1;
    return storage.atomic(statements);
  };
  const opened = openStreams({
    storage: { db: storage.db, atomic },
    quotas: { ...USUAL_QUOTAS, ...quotas },
    clock,
    log: pino({ level: 'silent' }),
  });
  return {
    ...opened,
    storage,
    clock,
    steps: () => steps,
    stream: (changes = {}) => {
      return opened.streams.create('p1', { ...USUAL, ...changes });
    },
    async put(stream, ...texts) {
      const sent = texts.map((text) => {
        return { data: Buffer.from(text).toString('base64'), key: 'k', shardId: undefined, hashKey: undefined };
      });
      const outcomes = await opened.records.put(stream, sent);
      return outcomes.map((outcome) => ('sequence' in outcome ? outcome.sequence : outcome.error));
    },
    async texts({ id: streamId }, shard = 0, next = 0) {
      const { records } = await opened.records.read({ streamId, shard, next }, { records: 1_000, bytes: 1e7 });
      return records.map(({ data }) => data.toString());
    },
  };
}
