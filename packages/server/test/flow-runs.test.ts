import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { refusal } from './identity-fixture.ts';

let server: FakeServer;
let project: { project_id: string };
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({
    handler: (event) => {
      const input = JSON.parse(event.toString('utf8')) as { fail?: boolean; n?: number };
      if (input.fail === true) throw new Error('asked to fail');
      return JSON.stringify({ n: (input.n ?? 0) + 1 });
    },
  });
  project = { project_id: server.projectId };
  await server.deploy('step');
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

const step = (id: string) => ({ id, name: id, kind: 'function', function: 'step' });

async function create(nodes: readonly object[], more: object = {}) {
  count += 1;
  const ids = ['start', ...nodes.map((node) => (node as { id: string }).id)];
  const graph = {
    name: `run-${count}`,
    nodes: [{ id: 'start', name: 'start', kind: 'start' }, ...nodes],
    edges: nodes.map((node, at) => ({ from: ids[at], to: (node as { id: string }).id })),
    ...more,
  };
  const { data } = await server.api.call('createWorkflow', { params: project, body: { graph } });
  return { ...project, workflow_id: data.id };
}

async function statusOf(params: { project_id: string; workflow_id: string }, id: string) {
  for (;;) {
    const { data } = await server.api.call('showWorkflowExecution', { params: { ...params, execution_id: id } });
    if (data.status !== 'running' && data.status !== 'stopping') return data;
    await new Promise(setImmediate);
  }
}

it('runs a standard flow, which is shown with its nodes and in the list', async () => {
  const flow = await create([step('a'), step('b')]);
  const { data } = await server.api.call('startWorkflowExecution', { params: flow, body: { input: { n: 1 } } });
  const run = await statusOf(flow, data.execution_id);
  expect(run).toMatchObject({ status: 'success', input: { n: 1 }, output: { n: 3 } });
  expect(run.node_execution_details).toMatchObject([
    { node_id: 'a', executions: [{ status: 'success', input: { n: 1 }, output: { n: 2 } }] },
    { node_id: 'b', executions: [{ status: 'success', output: { n: 3 } }] },
  ]);
  const list = await server.api.call('listWorkflowExecutions', { params: flow, query: {} });
  expect(list.data.executions).toMatchObject([{ execution_id: data.execution_id, status: 'success' }]);
});

it('answers the caller of an express flow, and says which node failed', async () => {
  const flow = await create([step('a')], { mode: 'EXPRESS', log_level: 'NONE' });
  const sync = async (input: Record<string, unknown>) =>
    (await server.api.call('startSyncWorkflowExecution', { params: flow, body: { input } })).data;
  expect(await sync({ n: 1 })).toMatchObject({ status: 'success', output: { n: 2 } });
  expect(await sync({ fail: true })).toMatchObject({ status: 'fail', errors: [{ node_id: 'a' }] });
});

it('records the calls of a flow like all other calls', async () => {
  const flow = await create([step('a')]);
  const { data } = await server.api.call('startWorkflowExecution', { params: flow, body: { input: {} } });
  const run = await statusOf(flow, data.execution_id);
  const requestId = run.node_execution_details[0]?.executions[0]?.request_id ?? '';
  const receipt = await server.api.call('showReceipt', { params: { ...project, request_id: requestId } });
  expect(receipt.data).toMatchObject({ mode: 'flow', outcome: 'ok' });
});

it('refuses a second run with an id and another input, and the deletion of a flow that runs', async () => {
  const flow = await create([{ id: 'w', name: 'w', kind: 'wait', seconds: 1_000 }]);
  const start = (input: Record<string, unknown>) =>
    server.api.call('startWorkflowExecution', {
      params: flow,
      headers: { 'X-WorkflowRun-ID': 'mine' },
      body: { input },
    });
  expect((await start({ n: 1 })).data.execution_id).toBe('mine');
  expect((await start({ n: 1 })).data.execution_id).toBe('mine');
  expect((await refusal(start({ n: 2 }))).status).toBe(409);
  await server.api.call('stopWorkFlow', { params: { ...flow, execution_id: 'mine' } });
  expect(await statusOf(flow, 'mine')).toMatchObject({ status: 'cancel' });
});
