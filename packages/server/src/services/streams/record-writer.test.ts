import { expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { type AtomicResult, type AtomicStatement, StorageError } from '../../storage/index.ts';
import { RecordWriter } from './record-writer.ts';
import type { Stream } from './types.ts';

const STREAM: Stream = {
  ...{ id: 's1', projectId: 'p1', name: 'clicks', type: 'COMMON', dataType: 'BLOB', shards: 1, retentionMs: 1 },
  createdAt: 0,
};
const RECORD = { shard: 0, key: 'k', data: Buffer.from('a') };
const STATEMENT = {} as AtomicStatement;
const ROWS: AtomicResult[] = [{ affected: 1, rows: [{ next_sequence: 1 }] }] as never;

function openWriter(atomic: () => Promise<AtomicResult[]>) {
  const shard = () => Promise.reject(new Error('no connection'));
  const statement = (): AtomicStatement => STATEMENT;
  const store = { advance: statement, insert: statement, charge: statement, atomic, shard };
  return new RecordWriter({ store, quota: 1_000, clock: new ManualClock() });
}

it.each(Array.from({ length: 12 }, (_, turns) => turns))(
  'stores a put that comes %i turns after the one before was stored',
  async (turns) => {
    const first = Promise.withResolvers<AtomicResult[]>();
    let steps = 0;
    const writer = openWriter(() => {
      steps += 1;
      return steps === 1 ? first.promise : Promise.resolve(ROWS);
    });
    const before = writer.put(STREAM, [RECORD]);
    first.resolve(ROWS);
    for (let turn = 0; turn < turns; turn += 1) await null;
    expect(await writer.put(STREAM, [RECORD])).toEqual([{ shard: 0, sequence: 0 }]);
    expect(await before).toEqual([{ shard: 0, sequence: 0 }]);
  },
);

it('refuses a put when it cannot be read why it was refused, and stores the next', async () => {
  let steps = 0;
  const writer = openWriter(async () => {
    steps += 1;
    if (steps > 2) return ROWS;
    throw new StorageError('storage.guard', 'no row', { hint: '' });
  });
  expect(await writer.put(STREAM, [RECORD])).toEqual([{ shard: 0, error: new Error('no connection') }]);
  expect(await writer.put(STREAM, [RECORD])).toEqual([{ shard: 0, sequence: 0 }]);
});
