import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asyncInvocations, deploy, enqueue, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING, AccountFolder, noted, noting } from './account-folder.ts';
import { Belongings } from './leftovers.ts';
import { loadUntilKilled } from './until-killed.ts';

const ROUNDS = 4;
const EVENTS_A_ROUND = 60;

let server: TestServer;
let urn: string;
let folder: AccountFolder;
const ran = (): string => join(folder.path, 'ran');

beforeAll(async () => {
  folder = new AccountFolder();
  server = await TestServer.start({ args: ACCOUNTING });
  const source = `exports.handler = async (event, context) => {
    ${noting(ran(), 'event.n')}
    if (event.fail) throw new Error('asked to fail');
    return 'done';
  };`;
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'account', runtime, files: { 'index.js': source } });
  await server.api.call('updateFunctionMaxInstanceConfig', {
    params: target(server, urn),
    body: { max_instance_num: 3 },
  });
  await server.api.call('updateFunctionAsyncInvokeConfig', {
    params: target(server, urn),
    body: { max_async_retry_attempts: 1, max_async_event_age_in_seconds: 3600 },
  });
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

interface Sent {
  readonly n: number;
  readonly fail: boolean;
}

it('every accepted invocation ends once and was run, however often the server is killed', async () => {
  const accepted = new Map<string, Sent>();
  const moments: number[] = [];
  const belongings = new Belongings(server);
  for (let round = 0; round < ROUNDS; round += 1) {
    const killAt = 1 + Math.floor(Math.random() * EVENTS_A_ROUND);
    moments.push(killAt);
    const send = async (n: number): Promise<void> => {
      const fail = n % 6 === 0;
      accepted.set(await enqueue(server, urn, { n, fail }), { n, fail });
    };
    await loadUntilKilled(server, { first: 1 + round * EVENTS_A_ROUND, most: EVENTS_A_ROUND, killAt, send });
    await server.restart();
    belongings.note();
  }
  const reported = `killed after acceptances ${moments.join(', ')}`;
  expect(accepted.size, reported).toBeGreaterThanOrEqual(ROUNDS);

  const open = async (): Promise<string[]> =>
    (await asyncInvocations(server, urn)).filter((one) => /WAIT|RUNNING/.test(one.status)).map((one) => one.request_id);
  await expect.poll(open, { timeout: 90_000, interval: 200 }).toEqual([]);

  const listed = await asyncInvocations(server, urn);
  expect(new Set(listed.map((one) => one.request_id)).size, reported).toBe(listed.length);
  const status = new Map(listed.map((one) => [one.request_id, one.status]));
  const wrong = [...accepted].filter(([id, { fail }]) => status.get(id) !== (fail ? 'FAIL' : 'SUCCESS'));
  expect(wrong, reported).toEqual([]);

  const runs = new Map<number, number>();
  for (const [n] of noted(ran())) runs.set(Number(n), (runs.get(Number(n)) ?? 0) + 1);
  expect(runs.size).toBeGreaterThan(0);
  const tooFew = [...accepted.values()].filter(({ n, fail }) => (runs.get(n) ?? 0) < (fail ? 2 : 1));
  const tooMany = [...accepted.values()].filter(({ n, fail }) => (runs.get(n) ?? 0) > (fail ? 2 : 1) + ROUNDS);
  expect([tooFew, tooMany], reported).toEqual([[], []]);

  await server.kill('SIGTERM');
  await expect.poll(() => belongings.leftAfterStop(), PATIENCE).toEqual([]);
});

it('a second server on the same data directory is refused with the process that has it', async () => {
  await server.restart();
  const { reply } = await server.startSecond();
  expect(reply).toMatchObject({
    event: 'failed',
    code: 'storage.locked',
    message: expect.stringMatching(new RegExp(`in use by another server \\(pid ${server.pid}\\)`)),
    hint: expect.stringContaining('Stop that server first'),
  });
  expect(
    (await server.api.call('listFunctions', { params: { project_id: server.credentials.project_id } })).status,
  ).toBe(200);
});
