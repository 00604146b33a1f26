import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asyncInvocations, deploy, enqueue, logLines, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING, AccountFolder, noted, noting } from './account-folder.ts';
import { flowOfInputs, inputsOf } from './run-inputs.ts';
import { loadUntilKilled } from './until-killed.ts';

const ROUNDS = 3;
const LINES_A_ROUND = 80;

let server: TestServer;
let source: string;
let flow: Awaited<ReturnType<typeof flowOfInputs>>;
let folder: AccountFolder;
const ran = (): string => join(folder.path, 'ran');

beforeAll(async () => {
  folder = new AccountFolder();
  server = await TestServer.start({ args: ACCOUNTING });
  const runtime = await runtimeOf(server, 'Node.js');
  const talk = "exports.handler = async (event, context) => console.log('number ' + event.n);";
  const note = `exports.handler = async (event, context) => {
    const { logs } = JSON.parse(Buffer.from(event.lts.data, 'base64').toString());
    for (const { log_uid, message } of JSON.parse(logs)) {
      const n = /^number (\\d+)$/.exec(message)?.[1];
      if (n !== undefined) ${noting(ran(), 'n, log_uid, context.getRequestID()')}
    }
  };`;
  source = await deploy(server, { name: 'source', runtime, files: { 'index.js': talk } });
  const reader = await deploy(server, { name: 'reader', runtime, files: { 'index.js': note } });
  const { data } = await server.api.call('showLtsLogDetails', { params: target(server, source) });
  const event_data = { name: 'lines', log_group_id: data.group_id, log_topic_id: data.stream_id };
  flow = await flowOfInputs(server, 'LTS', event_data);
  const body = { trigger_type_code: 'LTS', event_data };
  await server.api.call('createFunctionTrigger', { params: target(server, reader), body });
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

it('every stored log line is in one event that runs, and in one run of a flow, however often the server is killed', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await loadUntilKilled(server, {
      first: 1 + round * LINES_A_ROUND,
      most: LINES_A_ROUND,
      killAt: 20 + Math.floor(Math.random() * (LINES_A_ROUND - 20)),
      send: async (n) => void (await enqueue(server, source, { n })),
    });
    await server.restart();
  }
  const open = async (): Promise<unknown[]> =>
    (await asyncInvocations(server, source)).filter(({ status }) => /WAIT|RUNNING/.test(status));
  await expect.poll(open, { timeout: 90_000, interval: 200 }).toEqual([]);
  const logged = async (): Promise<Set<string>> => {
    const messages = (await logLines(server, source)).map(({ message }) => /number (\d+)/.exec(message)?.[1]);
    return new Set(messages.filter((n) => n !== undefined));
  };
  const missing = async (): Promise<string[]> => {
    const read = new Set(noted(ran()).map(([n]) => n));
    return [...(await logged())].filter((n) => !read.has(n));
  };
  await expect.poll(missing, PATIENCE).toEqual([]);
  expect((await logged()).size).toBeGreaterThan(ROUNDS * 15);
  const events = new Map<string, Set<string>>();
  for (const [, uid = '', event = ''] of noted(ran())) events.set(uid, (events.get(uid) ?? new Set()).add(event));
  expect([...events].filter(([, of]) => of.size > 1)).toEqual([]);
  const started = async () => ((await inputsOf(server, flow)) as LtsEvent[]).flatMap(({ lts }) => linesIn(lts.data));
  const numbers = async (): Promise<string[]> =>
    [...new Set((await started()).flatMap(({ message }) => /^number (\d+)$/.exec(message)?.[1] ?? []))].toSorted();
  await expect.poll(numbers, { timeout: 120_000, interval: 500 }).toEqual([...(await logged())].toSorted());
  const uids = (await started()).map(({ log_uid }) => log_uid);
  expect(uids.length).toBe(new Set(uids).size);
});

interface LtsEvent {
  readonly lts: { readonly data: string };
}

function linesIn(data: string): readonly { readonly message: string; readonly log_uid: string }[] {
  const { logs } = JSON.parse(Buffer.from(data, 'base64').toString()) as { logs: string };
  return JSON.parse(logs);
}
