import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, type RunOptions, runCli, serverEnv } from '../../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const INVOKE = `POST /v2/p1/fgs/functions/${URN}/invocations`;
const RECEIPT = {
  request_id: 'rid',
  outcome: 'ok',
  code: 0,
  component: '',
  cold: true,
  queue_ms: 0,
  sandbox_ms: 2.25,
  boot_ms: 30,
  load_ms: 1,
  init_ms: 0,
  handler_ms: 0.5,
  total_ms: 40.4,
  cpu_ms: 12.3,
  cpu_shared: false,
  peak_memory_bytes: 20 * 1024 * 1024,
  memory_mb: 128,
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on('GET /v1/p1/invocations/rid', { body: RECEIPT });
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (argv: readonly string[], options: RunOptions = {}): Promise<CliRun> =>
  runCli(argv, { env: serverEnv(server.endpoint), ...options });

test('writes the result exactly as it came and the receipt to standard error', async () => {
  const bytes = Buffer.from([0, 255, 10, 27, 91, 128]);
  server.on(INVOKE, {
    headers: { 'x-cff-request-id': 'rid', 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  const run = await cli(['functions', 'invoke', 'hello', '--data', '{"a":1}']);
  expect(run.exitCode).toBe(0);
  expect(run.stdoutBytes.equals(bytes)).toBe(true);
  expect(run.stderr).toBe(
    'rid  ok, cold start | 40 ms total: sandbox 2.3 ms, boot 30 ms, load 1.0 ms, handler 0.5 ms | cpu 12 ms, memory 20.0 of 128 MB\n',
  );
  expect(server.requests(INVOKE)[0]?.body.toString()).toBe('{"a":1}');
});

test('marks the processor time of a receipt that is a share', async () => {
  server.on('GET /v1/p1/invocations/rid', { body: { ...RECEIPT, cpu_ms: 0.25, cpu_shared: true } });
  server.on(INVOKE, { headers: { 'x-cff-request-id': 'rid' }, body: '1' });
  const { stderr } = await cli(['functions', 'invoke', 'hello']);
  expect(stderr).toContain('| cpu 0.3 ms (shared), memory');
});

test('names the servers that took part', async () => {
  server.on('GET /v1/p1/invocations/rid', { body: { ...RECEIPT, nodes: ['node1', 'node2'] } });
  server.on(INVOKE, { headers: { 'x-cff-request-id': 'rid' }, body: '1' });
  const { stderr } = await cli(['functions', 'invoke', 'hello']);
  expect(stderr).toContain(' MB | ran on node2, received by node1\n');
});

test('exits with 6 when the function failed, with its answer on standard output', async () => {
  server.on(INVOKE, {
    headers: { 'x-cff-request-id': 'rid', 'x-is-func-err': 'true', 'x-func-err-code': '4002' },
    body: '{"errorMessage":"no"}',
  });
  expect(await cli(['functions', 'invoke', 'hello'])).toMatchObject({ exitCode: 6, stdout: '{"errorMessage":"no"}' });
  const json = await cli(['functions', 'invoke', 'hello', '--output', 'json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    failed: true,
    error_code: 4002,
    result: '{"errorMessage":"no"}',
    receipt: { request_id: 'rid' },
  });
});

test('shows the end of the log when asked, without control sequences for the terminal', async () => {
  const log = Buffer.from('line one\n\u001b[2Jline two\n').toString('base64');
  server.on(INVOKE, { headers: { 'x-cff-request-id': 'rid', 'x-cff-function-log': log }, body: 'x' });
  const run = await cli(['functions', 'invoke', 'hello', '--log']);
  expect(run.stderr).toContain('line one\n\\x1b[2Jline two\n');
  expect(server.requests(INVOKE)[0]?.headers['x-cff-log-type']).toBe('tail');
});

test('looks again for a receipt that is not written yet', async () => {
  server.on(INVOKE, { headers: { 'x-cff-request-id': 'rid' }, body: 'x' });
  let looks = 0;
  server.on('GET /v1/p1/invocations/rid', () => {
    looks += 1;
    return looks < 3 ? { status: 404, body: {} } : { body: RECEIPT };
  });
  expect((await cli(['functions', 'invoke', 'hello'])).stderr).toContain('cold start');
});

test('reads the event from standard input and stops at the limit of the server', async () => {
  server.on(INVOKE, { headers: { 'x-cff-request-id': 'rid' }, body: 'x' });
  const argv = ['functions', 'invoke', 'hello', '--data-file', '-'];
  await cli(argv, { stdin: Readable.from([Buffer.from('{"from":'), Buffer.from('"stdin"}')]) });
  expect(server.requests(INVOKE)[0]?.body.toString()).toBe('{"from":"stdin"}');
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1024 * 1024);
    })(),
  );
  expect(await cli(argv, { stdin: endless })).toMatchObject({ exitCode: 3 });
});

test('takes the event from a file or from standard input after @', async () => {
  server.on(INVOKE, { headers: { 'x-cff-request-id': 'rid' }, body: 'x' });
  const dir = await mkdtemp(join(tmpdir(), 'fgs-event-'));
  try {
    await writeFile(join(dir, 'event.json'), '{"from":"file"}\n');
    await cli(['functions', 'invoke', 'hello', '--data', '@event.json'], { cwd: dir });
    await cli(['functions', 'invoke', 'hello', '-d', '@-'], { stdin: Readable.from(['{"from":"stdin"}']) });
    expect(server.requests(INVOKE).map(({ body }) => body.toString())).toEqual([
      '{"from":"file"}\n',
      '{"from":"stdin"}',
    ]);
    const missing = await cli(['functions', 'invoke', 'hello', '--data', '@nothing.json'], { cwd: dir });
    expect(missing).toMatchObject({ exitCode: 2, stderr: 'error CLI.USAGE: cannot read nothing.json: ENOENT\n' });
    expect(await cli(['functions', 'invoke', 'hello', '--data', '@'])).toMatchObject({ exitCode: 2 });
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('sends no event that is not JSON, and reports the position of its first fault', async () => {
  const run = await cli(['functions', 'invoke', 'hello', '--data', "{'name':1}"]);
  expect(run).toMatchObject({
    exitCode: 2,
    stderr: `error CLI.USAGE: --data is not JSON: line 1, column 2: expected a name in double quotes or "}", found "'"\n`,
  });
  const lines = await cli(['functions', 'invoke', 'hello', '-d', '@-'], {
    stdin: Readable.from(['{"a": 1,\n  "b" 2}']),
  });
  expect(lines.stderr).toContain('standard input is not JSON: line 2, column 7: expected ":", found "2"');
  expect(server.seen).toEqual([]);
});

test.each([[[]], [['--stream']]])(
  'a result without a line break and its receipt stand on two lines %j',
  async (flags) => {
    server.on(INVOKE, { headers: { 'x-cff-request-id': 'rid' }, body: '{"a":1}' });
    const argv = ['functions', 'invoke', 'hello', ...flags];
    const together = await cli(argv, { outputsJoin: true });
    expect(together.stdout).toBe('{"a":1}');
    expect(together.stderr).toMatch(/^\nrid {2}ok/);
    expect((await cli(argv)).stderr).toMatch(/^rid {2}ok/);
  },
);

test('accepts for later with --async and names the request', async () => {
  server.on(`POST /v2/p1/fgs/functions/${URN}:!prod/invocations-async`, { status: 202, body: { request_id: 'later' } });
  const run = await cli(['functions', 'invoke', 'hello', '--async', '--qualifier', '!prod']);
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain('later  accepted');
});

test('shows logs oldest first although it asks for the newest, over several pages', async () => {
  const line = (n: number) => ({
    time: `t${n}`,
    level: 'INFO',
    request_id: 'r',
    instance_id: 'i',
    version: 'latest',
    message: `m${n}\n`,
  });
  server.on(`GET /v1/p1/functions/${URN}/logs`, ({ query }) =>
    query.get('cursor') ? { body: { lines: [line(1)] } } : { body: { lines: [line(3), line(2)], next_cursor: 'more' } },
  );
  const run = await cli(['functions', 'logs', 'hello', '--since', '15m', '--level', 'warn', '-k', 'x'], {
    now: () => Date.UTC(2026, 0, 1, 1),
  });
  expect(run.stdout).toBe('t1 r INFO m1\nt2 r INFO m2\nt3 r INFO m3\n');
  const query = server.seen[0]?.query;
  expect([query?.get('from'), query?.get('level'), query?.get('keyword'), query?.get('limit')]).toEqual([
    '2026-01-01T00:45:00.000Z',
    'WARN',
    'x',
    '200',
  ]);
});

test('follows until it is stopped, and connects again when the stream breaks', async () => {
  const controller = new AbortController();
  let connections = 0;
  server.on(`GET /v1/p1/functions/${URN}/logs/follow`, () => {
    connections += 1;
    if (connections === 2) controller.abort();
    return { body: `${JSON.stringify({ time: 't', level: 'INFO', request_id: '', message: `c${connections}` })}\n` };
  });
  const run = await cli(['functions', 'logs', 'hello', '-f', '-n', '0'], { signal: controller.signal });
  expect(run.stdout).toContain('t - INFO c1\n');
  expect(run).toMatchObject({ exitCode: 0 });
  expect(connections).toBe(2);
});

test('refuses an invalid time', async () => {
  expect(await cli(['functions', 'logs', 'hello', '--since', 'yesterday'])).toMatchObject({ exitCode: 2 });
});

test('runs it many times, a line for each result, and reports the number of failures', async () => {
  let runs = 0;
  server.on(INVOKE, () => {
    runs += 1;
    const headers = { 'x-cff-request-id': `r${runs}`, ...(runs === 2 ? { 'x-is-func-err': 'true' } : {}) };
    return { headers, body: `v${runs}` };
  });
  const run = await cli(['functions', 'invoke', 'hello', '--data', '{"a":1}', '--repeat', '3']);
  expect(run).toMatchObject({ exitCode: 6, stdout: 'v1\nv2\nv3\n', stderr: '3 invocations: 2 ok, 1 failed\n' });
  expect(server.seen.map((request) => request.body.toString())).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
  const fields = await cli(['functions', 'invoke', 'hello', '--repeat', '2', '--field', 'result,failed']);
  expect(fields).toMatchObject({ exitCode: 0, stdout: 'v4\tfalse\nv5\tfalse\n', stderr: '' });
});

test('ends a series at the first refusal', async () => {
  server.on(INVOKE, { status: 429, body: { error_code: 'FSS.0429', error_msg: 'too many', request_id: 'r' } });
  expect(await cli(['functions', 'invoke', 'hello', '--repeat', '3'])).toMatchObject({ exitCode: 3 });
  expect(server.seen).toHaveLength(1);
});

test.each([['0'], ['100001'], ['5', '--log'], ['5', '--async'], ['5', '--stream']])(
  'sends nothing for --repeat %s %s',
  async (...flags) => {
    expect(await cli(['functions', 'invoke', 'hello', '--repeat', ...flags])).toMatchObject({ exitCode: 2 });
    expect(server.seen).toEqual([]);
  },
);
