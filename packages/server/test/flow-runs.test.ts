import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
let identities: Identities;
let project: { project_id: string };
let count = 0;
let flow: { project_id: string; workflow_id: string };
let name = '';

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  project = { project_id: server.projectId };
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** A flow whose runs wait until they are stopped. */
beforeEach(async () => {
  count += 1;
  name = `waiting-${count}`;
  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'wait', name: 'wait', kind: 'wait', callback: {} },
  ];
  const graph = { name, nodes, edges: [{ from: 'start', to: 'wait' }] };
  const { data } = await server.api.call('createWorkflow', { params: project, body: { graph } });
  flow = { ...project, workflow_id: data.id };
});

const start = async (headers: Record<string, string> = {}, body: object = {}) =>
  (await server.api.call('startWorkflowExecution', { params: flow, headers, body })).data.execution_id;
const may = (...actions: string[]) => identities.policy([{ Effect: 'Allow', Action: actions }]);

it('needs the right to invoke the flow to start, stop, retry or fork a run, and not more', async () => {
  const run = { ...flow, execution_id: await start() };
  const reader = await identities.user(['functiongraph_read_only_access']);
  const runner = await identities.user(['functiongraph_common_operations']);
  const node = { body: { node: 'wait' } };
  for (const [id, input] of [
    ['startWorkflowExecution', { params: flow, body: {} }],
    ['stopWorkFlow', { params: run }],
    ['retryWorkFlow', { params: run }],
    ['forkWorkflowExecution', { params: run, ...node }],
  ] as const) {
    expect([id, (await refusal(reader.api.bytes(id, input))).status]).toEqual([id, 403]);
  }
  await reader.api.call('showWorkflowExecution', { params: run });
  await runner.api.call('startWorkflowExecution', { params: flow, body: {} });
  await runner.api.call('stopWorkFlow', { params: run });
});

it('needs a right of its own to call back', async () => {
  const headers = { 'X-Workflow-Run-Id': await start(), 'X-Workflow-State-Id': 'wait.x' };
  const call = { params: flow, headers, body: { result: 'success' as const } };
  const runner = await identities.user(['functiongraph_common_operations']);
  expect((await refusal(runner.api.call('createCallbackWorkflow', call))).message).toContain('workflow:callback');
  const caller = await identities.user([await may('functiongraph:workflow:callback')]);
  expect((await refusal(caller.api.call('createCallbackWorkflow', call))).message).toContain('callback');
  expect((await refusal(caller.api.call('startWorkflowExecution', { params: flow, body: {} }))).status).toBe(403);
});

it('shows the definition that a run has, after the flow has another', async () => {
  const params = { ...flow, execution_id: await start() };
  const { graph } = (await server.api.call('showWorkFlow', { params: flow })).data;
  await server.api.call('updateWorkFlow', { params: flow, body: { graph: { ...graph, description: 'changed' } } });
  const pinned = await server.api.call('showWorkflowExecutionGraph', { params });
  expect(pinned.data.graph).toEqual(graph);
});

it('finds a run only by its own flow', async () => {
  const run = await start();
  const graph = (await server.api.call('showWorkFlow', { params: flow })).data.graph;
  const body = { graph: { ...graph, name: `${name}-other` } };
  const { data } = await server.api.call('createWorkflow', { params: project, body });
  const other = { ...project, workflow_id: data.id, execution_id: run };
  for (const id of [
    'showWorkflowExecution',
    'showWorkflowExecutionGraph',
    'stopWorkFlow',
    'followWorkflowExecution',
  ] as const) {
    expect([id, (await refusal(server.api.bytes(id, { params: other }))).status]).toEqual([id, 404]);
  }
});

it('follows the log of a run from any event to the end', async () => {
  const params = { ...flow, execution_id: await start() };
  await server.api.call('stopWorkFlow', { params });
  const follow = async (query: object) => {
    const types: unknown[] = [];
    for await (const { event } of server.api.stream('followWorkflowExecution', { params, query }))
      types.push(event.type);
    return types;
  };
  const all = await follow({});
  expect([all[0], all.at(-1)]).toEqual(['run_started', 'run_finished']);
  expect(await follow({ after: '0' })).toEqual(all.slice(1));
});

describe('a comparison of two runs', () => {
  const ended = async (input: object): Promise<string> => {
    const execution_id = await start({}, { input });
    await server.api.call('stopWorkFlow', { params: { ...flow, execution_id } });
    return execution_id;
  };
  const compare = (first: string, query: { with: string; with_workflow?: string; all?: 'true' }, api = server.api) =>
    api.call('compareWorkflowExecutions', { params: { ...flow, execution_id: first }, query });

  /** A flow of the same definition and another name, in which `timeout_seconds` differs. */
  const another = async (): Promise<string> => {
    const { graph } = (await server.api.call('showWorkFlow', { params: flow })).data;
    const body = { graph: { ...graph, name: `${name}-other`, timeout_seconds: 60 } };
    return (await server.api.call('createWorkflow', { params: project, body })).data.id;
  };

  it('has the differences of the runs and of each attempt', async () => {
    const [first, second] = [await ended({ a: 1 }), await ended({ a: 2 })];
    const { data } = await compare(first, { with: second });
    expect(data).toMatchObject({
      runs: [{ execution_id: first, workflow_urn: expect.stringContaining(name) }, { execution_id: second }],
      differs: ['input'],
      definition: { settings: [], nodes: [], edges: [] },
      executions: [{ node: 'wait', attempt: 1, inside: [], differs: ['input'] }],
    });
    expect((await compare(first, { with: first, all: 'true' })).data).toMatchObject({ differs: [], same: 1 });
  });

  it('is made with a run of another flow, if the caller may see it', async () => {
    const first = await ended({});
    const with_workflow = await another();
    const params = { ...project, workflow_id: with_workflow };
    const { execution_id } = (await server.api.call('startWorkflowExecution', { params, body: {} })).data;
    const query = { with: execution_id, with_workflow };
    const { data } = await compare(first, query);
    expect(data.definition.settings).toEqual([
      { field: 'name', first: name, second: `${name}-other` },
      { field: 'timeout_seconds', second: 60 },
    ]);
    const policy = await identities.policy([
      {
        Effect: 'Allow',
        Action: ['functiongraph:workflow:get'],
        Resource: [`functiongraph:*:*:workflow:default/${name}`],
      },
    ]);
    const reader = await identities.user([policy]);
    expect((await compare(first, { with: first }, reader.api)).status).toBe(200);
    expect(await refusal(compare(first, query, reader.api))).toMatchObject({ status: 403 });
  });

  it('names what it does not find', async () => {
    const first = await ended({});
    const with_workflow = await another();
    for (const [query, text] of [
      [{ with: 'none' }, 'the flow has no run none'],
      [{ with: first, with_workflow }, `the flow has no run ${first}`],
      [{ with: first, with_workflow: 'none' }, 'no flow'],
    ] as const) {
      const refused = await refusal(compare(first, query));
      expect([refused.status, refused.message]).toEqual([404, expect.stringContaining(text)]);
    }
    expect(await refusal(compare(first, { with: '' }))).toMatchObject({ status: 400 });
  });
});

it('runs once for an id of the client', async () => {
  const headers = { 'X-WorkflowRun-ID': 'mine' };
  expect([await start(headers), await start(headers)]).toEqual(['mine', 'mine']);
  expect((await refusal(start(headers, { input: { a: 1 } }))).status).toBe(409);
});

it.each([
  ['an id with blanks', { 'X-WorkflowRun-ID': 'a b' }, {}, 'X-WorkflowRun-ID'],
  ['an id that is too long', { 'X-WorkflowRun-ID': 'x'.repeat(65) }, {}, 'X-WorkflowRun-ID'],
  ['another text than true or false', { 'X-WorkflowRun-MergeFnParameters': 'maybe' }, {}, 'true or false'],
  ['an input that is no object', {}, { input: [1] }, 'input'],
  ['headers that are no object', {}, { headers: 'x' }, 'headers'],
  ['headers over 16 KB', {}, { headers: { x: 'y'.repeat(17_000) } }, 'headers are over 16384 bytes'],
])('refuses %s', async (_what, headers, body, text) => {
  const refused = await refusal(start(headers, body));
  expect([refused.status, refused.message]).toEqual([400, expect.stringContaining(text)]);
});

it('refuses an input over 6 MB', async () => {
  expect((await refusal(start({}, { input: { x: 'y'.repeat(6 * 1024 * 1024) } }))).status).toBe(413);
});

it.each([
  [{ offset: '0', limit: '101' }, 'limit'],
  [{ offset: '0', limit: '0' }, 'limit'],
  [{ offset: '-1', limit: '10' }, 'offset'],
  [{ offset: '0', limit: '10', status: 'done' }, 'status'],
  [{ offset: '0', limit: '10', start_time: 'x' }, 'start_time'],
])('refuses the page %j', async (query, text) => {
  const refused = await refusal(server.api.call('showWorkflowExecutionForPage', { params: flow, query }));
  expect([refused.status, refused.message]).toEqual([400, expect.stringContaining(text)]);
});

it('takes the largest page for one that is too large, and the first for a negative one', async () => {
  const run = await start();
  const query = { limit: '5000', offset: '-3' };
  const { data } = await server.api.call('listWorkflowExecutions', { params: flow, query });
  expect(data.executions.map(({ execution_id }) => execution_id)).toEqual([run]);
});

it('records in the audit log which flows were deleted', async () => {
  const { workflow_urn } = (await server.api.call('showWorkFlow', { params: flow })).data;
  await server.api.call('batchDeleteWorkflows', { params: project, body: { workflow_urns: [workflow_urn, 'none'] } });
  const { data } = await server.api.call('listAudit', { query: { limit: '1' } });
  expect(data.entries).toMatchObject([
    { operation: 'batchDeleteWorkflows', resource: `workflow:${workflow_urn} none`, action: expect.any(String) },
  ]);
});

it('names the flow and the run in the audit log, also when the request has only their ids', async () => {
  const params = { ...flow, execution_id: await start({ 'X-WorkflowRun-ID': 'audited' }) };
  const { graph } = (await server.api.call('showWorkFlow', { params: flow })).data;
  const reader = await identities.user(['functiongraph_read_only_access']);
  expect((await refusal(reader.api.call('stopWorkFlow', { params }))).status).toBe(403);
  await server.api.call('updateWorkFlow', { params: flow, body: { graph } });
  const { execution_id: other } = (await server.api.call('forkWorkflowExecution', { params, body: { node: 'wait' } }))
    .data;
  await server.api.call('stopWorkFlow', { params });
  await server.api.call('stopWorkFlow', { params: { ...flow, execution_id: other } });
  const noted = async (resource: string) =>
    (
      (await server.api.call('listAudit', { query: { resource, limit: '20' } })).data.entries as readonly {
        operation: string;
        resource: string;
        status: number;
      }[]
    ).map(({ operation, resource: named, status }) => [operation, named, status]);
  const run = `workflow:${name}/audited`;
  expect(await noted(`${name}/audited`)).toEqual([
    ['stopWorkFlow', run, 200],
    ['forkWorkflowExecution', run, 200],
    ['stopWorkFlow', run, 403],
  ]);
  // starts are runs, not changes
  expect((await noted(name)).map(([operation]) => operation)).not.toContain('startWorkflowExecution');
  expect(await noted(name)).toContainEqual(['updateWorkFlow', `workflow:${name}`, 200]);
});

it('counts flows and their runs among the quotas', async () => {
  const used = async () =>
    Object.fromEntries(
      (await server.api.call('listAllQuotas', { params: project })).data.quotas.map((one) => [one.name, one.used ?? 0]),
    );
  const before = await used();
  await start({}, { input: { text: 'x'.repeat(1_000) } });
  const after = await used();
  expect([after.flows, after.flow_runs]).toEqual([before.flows, (before.flow_runs ?? 0) + 1]);
  expect((after.flow_run_size ?? 0) - (before.flow_run_size ?? 0)).toBeGreaterThan(1_000);
  expect(before.flows).toBeGreaterThan(0);
});

it('leaves a receipt for each call of a function, under the request id that the run shows', async () => {
  const { function_urn } = await server.deploy('paid');
  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'pay', name: 'pay', kind: 'function', function: 'paid' },
  ];
  const graph = { name: `${name}-receipt`, nodes, edges: [{ from: 'start', to: 'pay' }] };
  const { id } = (await server.api.call('createWorkflow', { params: project, body: { graph } })).data;
  const params = { ...project, workflow_id: id };
  const { execution_id } = (await server.api.call('startWorkflowExecution', { params, body: {} })).data;
  const pay = async () =>
    (await server.api.call('showWorkflowExecution', { params: { ...params, execution_id } })).data
      .node_execution_details[0]?.executions[0];
  await expect.poll(pay).toMatchObject({ status: 'success' });
  const request_id = (await pay())?.request_id ?? '';
  await expect
    .poll(async () => (await server.api.call('listReceipts', { params: { ...project, function_urn } })).data.receipts)
    .toMatchObject([{ request_id, mode: 'flow', outcome: 'ok' }]);
});
