import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const LETTERS = '/v1/p1/dead-letters';
const LETTER = {
  id: 'd1',
  kind: 'delivery',
  request_id: 'r1',
  function_urn: `${URN}:latest`,
  topic: '',
  reason: 'loop',
  message: 'the destinations form a loop',
  attempts: 1,
  died_at: '2027-01-01T00:00:00.000Z',
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (argv: readonly string[]): Promise<CliRun> => runCli(argv, { env: serverEnv(server.endpoint), cwd: '/' });

test('lists page after page until there are enough, of a project or of one function', async () => {
  server.on(`GET ${LETTERS}`, ({ query }) =>
    query.get('marker') === null
      ? { body: { dead_letters: [LETTER], next_marker: '7' } }
      : { body: { dead_letters: [{ ...LETTER, id: 'd0' }] } },
  );
  const run = await cli(['dead-letters', 'list', '--function', 'hello']);
  expect(run.stdout).toMatch(/d1 +delivery +hello:latest +loop +1 +the destinations form a loop\n.* d0 /);
  expect(
    server.requests(`GET ${LETTERS}`).map(({ query }) => [query.get('function_urn'), query.get('marker')]),
  ).toEqual([
    [URN, null],
    [URN, '7'],
  ]);
  expect((await cli(['dead-letters', 'list', '--limit', '1'])).stdout).not.toContain(' d0 ');
});

test('redrives one, and names its replacement', async () => {
  server.on(`POST ${LETTERS}/d1/redrive`, { status: 202, body: { request_id: 'r2', redrive_of: 'd1' } });
  expect(await cli(['dead-letters', 'redrive', 'd1'])).toMatchObject({ exitCode: 0, stdout: 'redriven as r2\n' });
});

test('redrives all of a function, and fails when some are refused', async () => {
  const ALL = `POST /v1/p1/functions/${URN}/dead-letters/redrive`;
  const one = { request_id: 'r2', redrive_of: 'd1' };
  server.on(ALL, ({ body }) =>
    body.toString() === '{}'
      ? { status: 202, body: { redriven: [one, one], refused: [], next_marker: '7' } }
      : { status: 202, body: { redriven: [one], refused: [] } },
  );
  expect(await cli(['dead-letters', 'redrive-all', 'hello'])).toMatchObject({ exitCode: 0, stdout: '3 redriven\n' });
  server.on(ALL, { status: 202, body: { redriven: [], refused: [{ id: 'd1', message: 'too large' }] } });
  const refused = await cli(['dead-letters', 'redrive-all', 'hello']);
  expect(refused).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('1 refused; the first, d1: too large'),
  });
});

test('deletes only with a confirmation', async () => {
  server.on(`DELETE ${LETTERS}/d1`, { status: 204 });
  expect(await cli(['dead-letters', 'delete', 'd1'])).toMatchObject({ exitCode: 2 });
  expect(server.requests(`DELETE ${LETTERS}/d1`)).toEqual([]);
  expect(await cli(['dead-letters', 'delete', 'd1', '--yes'])).toMatchObject({ exitCode: 0 });
});

test('purges those of a function page after page, only with a confirmation', async () => {
  const ALL = `DELETE /v1/p1/functions/${URN}/dead-letters`;
  server.on(ALL, ({ query }) => ({
    body: query.get('marker') === null ? { deleted: 500, next_marker: '7' } : { deleted: 2 },
  }));
  expect(await cli(['dead-letters', 'purge', 'hello'])).toMatchObject({ exitCode: 2 });
  expect(server.seen).toEqual([]);
  const run = await cli(['dead-letters', 'purge', 'hello', '--yes']);
  expect(run).toMatchObject({ exitCode: 0, stdout: 'hello: 502 dead letters deleted\n' });
  expect(server.requests(ALL).map(({ query }) => query.get('marker'))).toEqual([null, '7']);
});

test('sets destinations by URN and by address, and refuses anything else', async () => {
  const SET = `PUT /v2/p1/fgs/functions/${URN}:!live/async-invoke-config`;
  server.on(SET, { body: {} });
  const flags = ['--retries', '2', '--on-success', `${URN}2`, '--on-failure', 'https://example.com/x', '--status-log'];
  await cli(['async', 'set', 'hello', '--qualifier', '!live', ...flags]);
  expect(JSON.parse(server.requests(SET)[0]?.body.toString() ?? '')).toEqual({
    max_async_retry_attempts: 2,
    max_async_event_age_in_seconds: 3600,
    enable_async_status_log: true,
    destination_config: {
      on_success: { destination: 'FunctionGraph', param: `{"func_urn":"${URN}2"}` },
      on_failure: { destination: 'HTTP', param: '{"url":"https://example.com/x"}' },
    },
  });
  expect(await cli(['async', 'set', 'hello', '--on-success', 'ftp://next'])).toMatchObject({ exitCode: 2 });
});

test('shows the warning about a destination', async () => {
  server.on(`PUT /v2/p1/fgs/functions/${URN}/async-invoke-config`, { body: { warning: 'Results start it again.' } });
  const run = await cli(['async', 'set', 'hello', '--on-success', 'obs://results']);
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^warning +Results start it again\.$/m) });
});

test.each([
  ['obs://results', 'OBS', '{"bucket":"results","prefix":""}'],
  ['obs://results/daily/a b', 'OBS', '{"bucket":"results","prefix":"daily/a b"}'],
  ['obs://results/a?b?expires=30', 'OBS', '{"bucket":"results","prefix":"a?b","expires":30}'],
  ['obs://results?expires=7', 'OBS', '{"bucket":"results","prefix":"","expires":7}'],
  ['obs://@company/results/a/', 'OBS', '{"bucket":"@company/results","prefix":"a/"}'],
  ['dis://results', 'DIS', '{"stream_name":"results"}'],
  ['next', 'FunctionGraph', `{"func_urn":"${URN.replace('hello', 'next')}"}`],
  ['next:!live', 'FunctionGraph', `{"func_urn":"${URN.replace('hello', 'next')}:!live"}`],
])('sets %s as a destination', async (text, destination, param) => {
  const SET = `PUT /v2/p1/fgs/functions/${URN}/async-invoke-config`;
  server.on(SET, { body: {} });
  await cli(['async', 'set', 'hello', '--on-success', text]);
  const on_success = { destination, param };
  expect(JSON.parse(server.requests(SET)[0]?.body.toString() ?? '')).toMatchObject({
    destination_config: { on_success },
  });
});
