import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SentRecord } from './read-records.ts';
import { openTestStreams, type TestStreams, USUAL } from './testing.ts';

const HOUR_MS = 3_600_000;
/** A guard that always holds. */
const always = () => ({ query: test.storage.db.selectFrom('stream_usage').selectAll().compile() });

let test: TestStreams;

beforeEach(async () => {
  test = await openTestStreams({ streams: 3, streamBytes: 10_000 });
});
afterEach(async () => {
  await test.upkeep.stop();
  await test.storage.close();
});

const sent = (changes: Partial<SentRecord>): SentRecord => {
  return { data: '', key: 'k', shardId: undefined, hashKey: undefined, ...changes };
};

describe('streams', () => {
  it.each([
    [{ name: 'a b' }, 'stream_name'],
    [{ name: 'x'.repeat(65) }, 'stream_name'],
    [{ type: 'HUGE' }, 'stream_type'],
    [{ dataType: 'XML' }, 'data_type'],
    [{ shards: 0 }, 'partition_count'],
    [{ shards: 51 }, 'partition_count'],
    [{ retentionHours: 169 }, 'data_duration'],
  ])('refuses %j and names the setting', async (changes, setting) => {
    const refused = { code: 'invalid_stream', message: expect.stringContaining(setting) };
    await expect(test.stream(changes)).rejects.toMatchObject(refused);
    expect(await test.streams.list('p1')).toEqual([]);
  });

  it('refuses a second stream of a name, but not in another project', async () => {
    await test.stream();
    await expect(test.stream()).rejects.toMatchObject({ code: 'stream_exists' });
    await test.streams.create('p2', USUAL);
    expect((await test.streams.usage('p1')).streams).toBe(1);
  });

  it('refuses streams beyond the quota, also of two servers at once', async () => {
    const other = await openTestStreams({ streams: 3 }, test);
    const made = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? test : other).stream({ name: `s${at}` })),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(made.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))).toEqual(
      Array(5).fill('stream_quota'),
    );
  });

  it('has a deleted stream no more, nor its records under a new one of its name', async () => {
    const stream = await test.stream();
    await test.put(stream, 'old');
    await test.streams.delete(stream);
    await expect(test.streams.delete(stream)).rejects.toMatchObject({ code: 'stream_not_found' });
    await expect(test.put(stream, 'late')).rejects.toMatchObject({ code: 'stream_not_found' });
    expect(await test.texts(await test.stream())).toEqual([]);
  });
});

describe('records', () => {
  it('numbers the records of a shard without gaps and reads them in their order', async () => {
    const stream = await test.stream();
    expect(await test.put(stream, 'a', 'b')).toEqual([0, 1]);
    expect(await test.put(stream, 'c')).toEqual([2]);
    expect(await test.texts(stream)).toEqual(['a', 'b', 'c']);
    expect(await test.texts(stream, 0, 1)).toEqual(['b', 'c']);
  });

  it('stores puts that arrive together in one row, in their order', async () => {
    const stream = await test.stream();
    const before = test.steps();
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => test.put(stream, text)));
    // the first put is stored while the others arrive
    expect(test.steps() - before).toBe(2);
    const rows = await test.storage.db.selectFrom('stream_batch').select('records').orderBy('last_sequence').execute();
    expect(rows.map(({ records }) => Number(records))).toEqual([1, 4]);
    expect(await test.texts(stream)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('numbers the records of two servers without gaps', async () => {
    const stream = await test.stream({ shards: 3 });
    const other = await openTestStreams({ streamBytes: 10_000 }, test);
    const shardIds = ['0', '1', '2'];
    await Promise.all(
      [test, other, test, other].map((server) =>
        server.records.put(
          stream,
          shardIds.map((shardId) => sent({ shardId, data: 'eA==' })),
        ),
      ),
    );
    for (const shard of [0, 1, 2]) expect(await test.records.shard(stream, shard)).toEqual({ first: 0, next: 4 });
  });

  it.each([
    [[], 'records'],
    [Array(501).fill(sent({ data: 'eA==' })), 'records'],
    [[sent({}), sent({ data: 'no base64!' })], 'records[1].data'],
    [[sent({ data: Buffer.alloc(1024 * 1024 + 1).toString('base64') })], 'records[0].data'],
    [Array(6).fill(sent({ data: Buffer.alloc(1024 * 1024).toString('base64') })), 'records'],
    [[sent({ key: '' })], 'records[0]'],
    [[sent({ key: 'k'.repeat(257) })], 'records[0].partition_key'],
    [[sent({ shardId: '1' })], 'records[0].partition_id'],
    [[sent({ hashKey: '-1' })], 'records[0].explicit_hash_key'],
  ] satisfies [SentRecord[], string][])(
    'stores nothing of a put with a record that is not usable',
    async (put, part) => {
      const stream = await test.stream();
      const refused = { code: 'invalid_records', message: expect.stringContaining(part) };
      await expect(test.records.put(stream, put)).rejects.toMatchObject(refused);
      expect(await test.texts(stream)).toEqual([]);
    },
  );

  it('refuses records beyond the size quota, and takes those of other projects stored with them', async () => {
    const [stream, other] = [await test.stream(), await test.streams.create('p2', USUAL)];
    const [large, small] = await Promise.allSettled([test.put(stream, 'x'.repeat(20_000)), test.put(other, 'small')]);
    expect(large).toMatchObject({ status: 'rejected', reason: { code: 'stream_storage_quota' } });
    expect(small).toMatchObject({ status: 'fulfilled', value: [0] });
    expect((await test.streams.usage('p1')).bytes).toBe(0);
  });

  it('reports the records of one shard that could not be stored', async () => {
    const stream = await test.stream({ shards: 2 });
    const data = Buffer.alloc(7_000).toString('base64');
    const outcomes = await test.records.put(stream, [sent({ shardId: '0', data }), sent({ shardId: '1', data })]);
    expect(outcomes).toMatchObject([
      { shard: 0, sequence: 0 },
      { shard: 1, error: { code: 'stream_storage_quota' } },
    ]);
  });

  it('refuses more waiting records than fit into memory, and takes them again later', async () => {
    await test.storage.close();
    test = await openTestStreams();
    const stream = await test.stream();
    const text = 'x'.repeat(1024 * 1024);
    const put = () => test.put(stream, text, text, text, text);
    const results = await Promise.allSettled([put(), put(), put(), put(), put()]);
    expect(results.map(({ status }) => status)).toContain('rejected');
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'stream_throttled' } });
    const rejected = results.filter(({ status }) => status === 'rejected').length;
    expect(await put()).toHaveLength(4);
    const stored = 4 * (6 - rejected);
    expect(test.records.figures()).toEqual({ records: stored, bytes: expect.any(Number), throttled: rejected });
    expect(test.records.figures().bytes).toBeGreaterThanOrEqual(stored * text.length);
  });

  it('ends a page at its limits, but never without a record', async () => {
    const stream = await test.stream();
    for (const text of ['aaaa', 'bbbb', 'cccc']) await test.put(stream, text);
    await test.put(stream, 'd', 'e', 'f');
    const read = async (next: number, records: number, bytes: number) => {
      const page = await test.records.read({ streamId: stream.id, shard: 0, next }, { records, bytes });
      return [page.records.map(({ data }) => data.toString()).join(' '), page.next];
    };
    expect(await read(0, 2, 1000)).toEqual(['aaaa bbbb', 2]);
    expect(await read(0, 100, 1)).toEqual(['aaaa', 1]);
    expect(await read(4, 100, 1)).toEqual(['e', 5]);
    expect(await read(4, 100, 4)).toEqual(['e f', 6]);
    expect(await read(6, 100, 1000)).toEqual(['', 6]);
  });
});

describe('cursors', () => {
  const cursor = async (type: string, more: { sequence?: number; timestamp?: number } = {}) => {
    const stream = await test.streams.find('p1', 'clicks');
    const start = { shardId: '0', type, sequence: more.sequence, timestamp: more.timestamp };
    return (await test.records.cursor(stream, start)).next;
  };

  it('begin where a client names it', async () => {
    const stream = await test.stream();
    const begin = test.clock.now();
    await test.put(stream, 'a', 'b');
    test.clock.advance(1_000);
    await test.put(stream, 'c');
    expect(await cursor('TRIM_HORIZON')).toBe(0);
    expect(await cursor('LATEST')).toBe(3);
    expect(await cursor('AT_SEQUENCE_NUMBER', { sequence: 1 })).toBe(1);
    expect(await cursor('AFTER_SEQUENCE_NUMBER', { sequence: 1 })).toBe(2);
    expect(await cursor('AT_TIMESTAMP', { timestamp: begin + 1 })).toBe(2);
    expect(await cursor('AT_TIMESTAMP', { timestamp: begin + 1_001 })).toBe(3);
  });

  it.each([
    ['AT_SEQUENCE_NUMBER', {}],
    ['AT_SEQUENCE_NUMBER', { sequence: 1 }],
    ['AT_TIMESTAMP', {}],
    ['NEWEST', {}],
  ])('refuse %s with %j', async (type, more) => {
    await test.stream();
    await expect(cursor(type, more)).rejects.toMatchObject({ code: 'invalid_records' });
  });
});

describe('retention', () => {
  it('shows no expired record, and begins behind them', async () => {
    const stream = await test.stream({ retentionHours: 1 });
    await test.put(stream, 'old');
    test.clock.advance(HOUR_MS / 2);
    await test.put(stream, 'new');
    test.clock.advance(HOUR_MS / 2);
    expect(await test.texts(stream)).toEqual(['new']);
    expect(await test.records.shard(stream, 0)).toEqual({ first: 1, next: 2 });
  });

  it('removes expired records and gives back their part of the quota', async () => {
    const stream = await test.stream({ retentionHours: 1 });
    for (const text of ['a', 'b', 'c']) await test.put(stream, text);
    const old = (await test.streams.usage('p1')).bytes;
    test.clock.advance(HOUR_MS);
    await test.put(stream, 'new');
    const { bytes } = await test.streams.usage('p1');
    test.upkeep.start(always());
    await expect.poll(async () => (await test.streams.usage('p1')).bytes).toBe(bytes - old);
    expect(await test.texts(stream)).toEqual(['new']);
  });

  it('removes the records of a deleted stream', async () => {
    test.upkeep.start(always());
    const stream = await test.stream({ shards: 2 });
    await test.records.put(stream, [sent({ shardId: '0', data: 'eA==' }), sent({ shardId: '1', data: 'eA==' })]);
    await test.streams.delete(stream);
    await expect.poll(() => test.streams.usage('p1')).toEqual({ streams: 0, bytes: 0 });
    expect(await test.storage.db.selectFrom('stream_batch').select('bytes').execute()).toEqual([]);
  });

  it('removes nothing when another server does', async () => {
    const stream = await test.stream({ retentionHours: 1 });
    await test.put(stream, 'a');
    test.clock.advance(HOUR_MS);
    const { bytes } = await test.streams.usage('p1');
    const query = test.storage.db.selectFrom('lease').selectAll().where('name', '=', 'lost').compile();
    test.upkeep.start({ query, mustAffect: true });
    await test.upkeep.stop();
    expect((await test.streams.usage('p1')).bytes).toBe(bytes);
  });
});
