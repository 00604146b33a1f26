import type { RouteQuery, Routes } from '@funcgraph/api';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
let identities: Identities;
let project: { project_id: string };
let count = 0;
let flow: { project_id: string; workflow_id: string };

beforeAll(async () => {
  server = await FakeServer.start({
    handler: (event) => {
      const input = JSON.parse(event.toString('utf8')) as { fail?: boolean };
      if (input.fail === true) throw new Error('no luck');
      return JSON.stringify({ done: true });
    },
  });
  identities = new Identities(server);
  project = { project_id: server.projectId };
  await server.deploy('step');
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function create(log_level: string): Promise<typeof flow> {
  count += 1;
  const graph = {
    name: `quote-${count}`,
    mode: 'EXPRESS',
    log_level,
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: 'step' },
    ],
    edges: [{ from: 'start', to: 'a' }],
  };
  const { data } = await server.api.call('createWorkflow', { params: project, body: { graph } });
  return { ...project, workflow_id: data.id };
}
beforeEach(async () => {
  flow = await create('ALL');
});

const run = async (input: Record<string, unknown>, of = flow) =>
  (await server.api.call('startSyncWorkflowExecution', { params: of, body: { input } })).data.execution_id;
type Query = RouteQuery<Routes['queryWorkflowLogs']>;
const logs = async (query: Query = {}, of = flow) =>
  (await server.api.call('queryWorkflowLogs', { params: of, query })).data;
const words = (lines: readonly { readonly message: string }[]) => lines.map(({ message }) => message.split(',')[0]);

it('finds the lines of express runs by run, newest first or oldest first', async () => {
  const good = await run({ n: 1 });
  const bad = await run({ fail: true });
  const { lines } = await logs({ execution_id: bad, order: 'asc' });
  expect(words(lines)).toEqual(['run started', 'node a fail in 0 ms', 'run fail in 0 ms']);
  expect(lines[1]).toMatchObject({
    level: 'ERROR',
    execution_id: bad,
    time: new Date(server.clock.now()).toISOString(),
  });
  expect(lines[1]?.message).toMatch(/, input 13 B {"fail":true}, error 4002 "no luck", request [\w-]+$/);
  expect(words((await logs({ execution_id: good })).lines)).toEqual([
    'run success in 0 ms',
    'node a success in 0 ms',
    'run started',
  ]);
  expect((await logs()).lines).toHaveLength(6);
});

it.each([
  ['ERROR', { n: 1 }, 0],
  ['ERROR', { fail: true }, 3],
  ['NONE', { fail: true }, 0],
])('has at level %s of the input %j so many lines: %d', async (level, input, lines) => {
  const of = await create(level);
  await run(input, of);
  expect((await logs({}, of)).lines).toHaveLength(lines);
});

it('keeps the lines of each flow apart', async () => {
  await run({});
  expect((await logs({}, await create('ALL'))).lines).toEqual([]);
});

it('finds lines by time, in pages', async () => {
  const first = await run({});
  server.clock.advance(2 * 3600_000);
  const second = await run({});
  expect(new Set((await logs()).lines.map(({ execution_id }) => execution_id))).toEqual(new Set([second]));
  const from = new Date(server.clock.now() - 3 * 3600_000).toISOString();
  const to = new Date(server.clock.now() - 3600_000).toISOString();
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await logs({ from, to, limit: '2', ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.lines.map(({ execution_id }) => execution_id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(seen).toEqual([first, first, first]);
});

it('finds lines by level and by text', async () => {
  await run({ n: 1 });
  const bad = await run({ fail: true });
  expect(words((await logs({ level: 'error', order: 'asc' })).lines)).toEqual([
    'node a fail in 0 ms',
    'run fail in 0 ms',
  ]);
  const { lines } = await logs({ keyword: 'NO LUCK' });
  expect(new Set(lines.map(({ execution_id }) => execution_id))).toEqual(new Set([bad]));
  expect((await logs({ level: 'INFO', keyword: 'no luck' })).lines).toEqual([]);
});

it('follows new lines by level, text and run, until the right to see them ends', async () => {
  const user = await identities.user([
    await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:workflow:get'] }]),
  ]);
  const follow = (query: RouteQuery<Routes['followWorkflowLogs']>) =>
    user.api.stream('followWorkflowLogs', { params: flow, query });
  const followed = [follow({ level: 'ERROR' }), follow({ keyword: 'RUN ' }), follow({ execution_id: 'none' })];
  // a line that comes shows that the log is followed
  const both = Promise.all(followed.slice(0, 2).map((stream) => stream.next()));
  await expect
    .poll(async () => {
      await run({ fail: true });
      server.clock.advance(100);
      return Promise.race([both.then(() => 'came'), new Promise((resolve) => setImmediate(resolve, 'waits'))]);
    })
    .toBe('came');
  expect(words((await both).map(({ value }) => value))).toEqual(['node a fail in 0 ms', 'run started']);
  const rest = Promise.all(
    followed.map(async (stream) => {
      const lines: { message: string }[] = [];
      for await (const line of stream) lines.push(line);
      return new Set(words(lines));
    }),
  );
  await server.api.call('deleteUser', { params: { user_id: user.id } });
  server.clock.advance(2_000);
  const [more, other, none] = await rest;
  expect(more?.has('run started')).toBe(false);
  expect(other?.has('node a fail in 0 ms')).toBe(false);
  expect(none?.size).toBe(0);
});

it('needs the right to get the flow, and an existing flow', async () => {
  const denied = await identities.user([
    await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:workflow:list'] }]),
  ]);
  const reader = await identities.user([
    await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:workflow:get'] }]),
  ]);
  const call = { params: flow, query: {} };
  for (const id of ['queryWorkflowLogs', 'followWorkflowLogs'] as const)
    expect((await refusal(denied.api.bytes(id, call))).status).toBe(403);
  await reader.api.call('queryWorkflowLogs', call);
  const unknown = { params: { ...flow, workflow_id: 'x' }, query: {} };
  expect((await refusal(reader.api.bytes('queryWorkflowLogs', unknown))).status).toBe(404);
});

it.each([
  { from: 'yesterday' },
  { from: '2027-01-02T00:00:00Z', to: '2027-01-01T00:00:00Z' },
  { level: 'LOUD' },
  { keyword: 'x'.repeat(257) },
  { limit: '1001' },
  { limit: 'x' },
  { cursor: 'x' },
  { execution_id: 'x'.repeat(65) },
  { order: 'up' as 'asc' },
])('refuses %j', async (query) => {
  const answer = await refusal(server.api.bytes('queryWorkflowLogs', { params: flow, query }));
  expect(answer.status).toBe(400);
});
