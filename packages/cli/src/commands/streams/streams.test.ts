import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const RECORDS = '/v2/p1/records';

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (...argv: string[]): Promise<CliRun> =>
  runCli(['streams', ...argv], { env: serverEnv(server.endpoint), cwd: '/' });
const sent = (route: string): unknown => JSON.parse(server.requests(route)[0]?.body.toString() ?? '');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('create sends shards and hours', async () => {
  server.on('POST /v2/p1/streams', { status: 201, body: { stream_name: 'clicks', stream_id: 'i' } });
  const { stdout } = await cli('create', 'clicks', '--shards', '4', '--retention', '72');
  expect(stdout).toBe('clicks: created\n');
  expect(sent('POST /v2/p1/streams')).toEqual({
    stream_name: 'clicks',
    partition_count: 4,
    data_duration: 72,
  });
});

test('put sends text as Base64, with its key, a shard, or a key of its own', async () => {
  const stored = { failed_record_count: 0, records: [{ partition_id: 'shardId-0000000001', sequence_number: '7' }] };
  server.on(`POST ${RECORDS}`, { body: stored });
  expect((await cli('put', 'clicks', 'page 17', '--key', 'k')).stdout).toBe('stored as 7 of shardId-0000000001\n');
  await cli('put', 'clicks', 'x', '--shard', '1');
  await cli('put', 'clicks', 'x');
  const records = server.requests(`POST ${RECORDS}`).map(({ body }) => JSON.parse(body.toString()).records);
  expect(records).toEqual([
    [{ data: base64('page 17'), partition_key: 'k' }],
    [{ data: base64('x'), partition_id: '1' }],
    [{ data: base64('x'), partition_key: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
  ]);
  expect((await cli('put', 'clicks', 'x', '--shard', '1', '--key', 'k')).exitCode).toBe(2);
});

test('read follows the cursors of each shard to its end', async () => {
  const partitions = [{ partition_id: 'shardId-0000000000' }, { partition_id: 'shardId-0000000001' }];
  server.on('GET /v2/p1/streams/clicks', { body: { partitions } });
  server.on('GET /v2/p1/cursors', { body: { partition_cursor: 'c1' } });
  let calls = 0;
  const record = { partition_key: 'k', sequence_number: '0', data: base64('a "b"'), timestamp: 0 };
  server.on(`GET ${RECORDS}`, () => {
    calls += 1;
    return { body: { records: calls % 2 === 1 ? [record] : [], next_partition_cursor: 'c2' } };
  });
  const { stdout } = await cli('read', 'clicks');
  expect(stdout).toBe(
    '0  0  1970-01-01T00:00:00.000Z  k  "a \\"b\\""\n1  0  1970-01-01T00:00:00.000Z  k  "a \\"b\\""\n',
  );
  expect((await cli('read', 'clicks', '--from', 'x')).exitCode).toBe(2);
});
