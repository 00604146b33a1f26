import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { runCli, serverEnv } from '../../testing/run-cli.ts';

const LIST = 'GET /v2/p1/fgs/functions/urn:fss:r1:p1:function:default:hello/async-invocations';
let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const wait = (more: string[] = [], options: object = {}) =>
  runCli(['invocations', 'wait', 'hello', 'rid', ...more], { env: serverEnv(server.endpoint), ...options });
const states = (...all: string[]) => {
  let at = 0;
  server.on(LIST, () => {
    const status = all[Math.min(at, all.length - 1)];
    at += 1;
    return { body: { invocations: [{ request_id: 'rid', status, error_message: 'why' }], count: 1 } };
  });
};

test.each<[string[], number]>([
  [['WAIT', 'RUNNING', 'SUCCESS'], 0],
  [['RUNNING', 'FAIL'], 6],
  [['DISCARD'], 6],
])('waits through %j, then for the receipt, and exits with %i', async (seen, exitCode) => {
  states(...seen);
  let looks = 0;
  server.on('GET /v1/p1/invocations/rid', () => {
    looks += 1;
    return looks < 3
      ? { status: 404, body: { error_code: 'FSS.0404', error_msg: 'no', request_id: 'r' } }
      : { body: {} };
  });
  const run = await wait();
  expect(run).toMatchObject({ exitCode, stderr: '' });
  expect(looks).toBe(seen.at(-1) === 'DISCARD' ? 0 : 3);
  expect(run.stdout).toContain(seen.at(-1));
  expect(server.requests(LIST)).toHaveLength(seen.length);
  expect(server.requests(LIST)[0]?.query.get('request_id')).toBe('rid');
});

test('stops waiting after its timeout', async () => {
  states('WAIT');
  let now = 0;
  const run = await wait(['--timeout', '2'], { now: () => (now += 1500) });
  expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('after 2 s its state is still WAIT') });
});

test('reports a missing one, and refuses an invalid time', async () => {
  server.on(LIST, { body: { invocations: [], count: 0 } });
  expect(await wait()).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('there is no asynchronous') });
  expect(await wait(['--timeout', '0'])).toMatchObject({ exitCode: 2 });
});
