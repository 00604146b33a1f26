import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const ZERO = { init: 0, load: 0, system: 0, timeout: 0, memory: 0, disk: 0, code: 0 };
const point = (minute: number, more: object = {}) => ({
  time: `2026-01-01T00:0${minute}:00.000Z`,
  ...{ count: 0, failed: 0, rejected: 0, cold: 0, causes: ZERO, duration_ms: 0, max_ms: 0, min_ms: 0 },
  ...{ p50_ms: 0, p95_ms: 0, p99_ms: 0, gb_seconds: 0, concurrency: 0, reserved_instances: 0, instances: 0 },
  ...more,
});

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (argv: readonly string[]): Promise<CliRun> => runCli(argv, { env: serverEnv(server.endpoint), cwd: '/' });

test('shows the steps in which something happened, with the causes of failures', async () => {
  const path = `GET /v1/p1/functions/${URN}:!live/metrics`;
  const points = [point(0), point(1, { count: 5, failed: 2, causes: { ...ZERO, timeout: 2 } })];
  server.on(path, { body: { step: 60, points } });
  const args = ['metrics', 'show', 'hello', '--qualifier', '!live', '--step', '1h', '--output', 'json'];
  const run = await cli(args);
  expect(JSON.parse(run.stdout)).toMatchObject([{ count: 5, why: 'timeout 2' }]);
  expect(server.requests(path)[0]?.query.get('step')).toBe('3600');
  expect(JSON.parse((await cli([...args, '--all'])).stdout)).toHaveLength(2);
  expect(await cli(['metrics', 'show', 'hello', '--step', 'soon'])).toMatchObject({ exitCode: 2 });
});

test('reads pages of receipts until there are enough', async () => {
  const path = `GET /v1/p1/functions/${URN}/invocations`;
  const receipt = (id: string) => ({ request_id: id, peak_memory_bytes: 2 ** 20, cause: 'timeout' });
  server.on(path, ({ query }) =>
    query.get('cursor') === 'next'
      ? { body: { receipts: [receipt('b')] } }
      : { body: { receipts: [receipt('a')], next_cursor: 'next' } },
  );
  const run = await cli(['invocations', 'list', 'hello', '--cause', 'timeout', '--min-ms', '5', '--output', 'json']);
  expect(JSON.parse(run.stdout)).toMatchObject([{ request_id: 'a', memory: '1.0' }, { request_id: 'b' }]);
  const { query } = server.requests(path)[1] ?? {};
  expect(['cause', 'min_duration_ms', 'limit'].map((name) => query?.get(name))).toEqual(['timeout', '5', '49']);
});
