import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asyncInvocations, deploy, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING, AccountFolder, noted, noting } from './account-folder.ts';
import { loadUntilKilled } from './until-killed.ts';

const ROUNDS = 2;
const EVENTS_A_ROUND = 60;

interface Webhook {
  readonly path: string;
  readonly secret: string;
}

let server: TestServer;
let urn: string;
let folder: AccountFolder;
let ofFunction: Webhook;
let ofFlow: Webhook;
const ran = (): string => join(folder.path, 'ran');

beforeAll(async () => {
  folder = new AccountFolder();
  server = await TestServer.start({ args: ACCOUNTING });
  const source = `exports.handler = async (event, context) => { ${noting(ran(), 'event.id')} return 'done'; };`;
  urn = await deploy(server, {
    name: 'account',
    runtime: await runtimeOf(server, 'Node.js'),
    files: { 'index.js': source },
  });
  const body = { trigger_type_code: 'EVENT', event_data: { name: 'events' } };
  const { data } = await server.api.call('createFunctionTrigger', { params: target(server, urn), body });
  ofFunction = { path: new URL(String(data.event_data.invoke_url)).pathname, secret: data.secret ?? '' };
  const project = { project_id: server.credentials.project_id };
  const graph = {
    name: 'account',
    triggers: [{ trigger_name: 'events', trigger_type: 'EVENT', trigger_config: {} }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: 'account' },
    ],
    edges: [{ from: 'start', to: 'a' }],
  };
  const { id } = (await server.api.call('createWorkflow', { params: project, body: { graph } })).data;
  const flow = await server.api.call('showWorkFlow', { params: { ...project, workflow_id: id } });
  const [trigger] = flow.data.triggers;
  ofFlow = { path: new URL(String(trigger?.event_data?.invoke_url)).pathname, secret: trigger?.secret ?? '' };
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

async function post({ path, secret }: Webhook, id: string): Promise<void> {
  const event = { specversion: '1.0', id, source: '/crash', type: 'test' };
  const response = await fetch(server.gateway + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/cloudevents+json', Authorization: `Bearer ${secret}` },
    body: JSON.stringify(event),
  });
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
}

/** Even events go to the function, others to the flow. */
const send = (n: number): Promise<void> => (n % 2 === 0 ? post(ofFunction, `fn-${n}`) : post(ofFlow, `flow-${n}`));

it('every accepted event is run, and one that is sent again is stored once, however often the server is killed', async () => {
  const accepted = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const killAt = 1 + Math.floor(Math.random() * EVENTS_A_ROUND);
    await loadUntilKilled(server, {
      first: 1 + round * EVENTS_A_ROUND,
      most: EVENTS_A_ROUND,
      killAt,
      send: async (n) => {
        await send(n);
        accepted.add(n);
      },
    });
    await server.restart();
  }
  const idOf = (n: number): string => (n % 2 === 0 ? `fn-${n}` : `flow-${n}`);
  const missing = (): string[] => {
    const ids = new Set(noted(ran()).map(([id]) => id));
    return [...accepted].map(idOf).filter((id) => !ids.has(id));
  };
  await expect.poll(missing, PATIENCE).toEqual([]);

  // senders repeat what was not answered, and here also what was
  const all = Array.from({ length: ROUNDS * EVENTS_A_ROUND }, (_, at) => at + 1);
  for (const n of all) await send(n);
  const done = async (): Promise<number> =>
    (await asyncInvocations(server, urn)).filter(({ status }) => status === 'SUCCESS').length;
  await expect.poll(done, PATIENCE).toBe(all.length / 2);
  expect(await asyncInvocations(server, urn)).toHaveLength(all.length / 2);
});
