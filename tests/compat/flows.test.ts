import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy, PATIENCE, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';
import { refused, wire } from './answers.ts';

const CODE = `exports.handler = async (event, context) => {
  if (event.fail) throw new Error('no money');
  return { got: event };
};`;

/** More than the tests before the last one start. */
const MOST_RUNS = 60;

let server: TestServer;
let urn: string;

beforeAll(async () => {
  server = await TestServer.start({ args: ['--quota-flow-runs', String(MOST_RUNS)] });
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'hello', runtime, files: { 'index.js': CODE } });
});
afterAll(() => server?.stop());

interface Saved {
  readonly id: string;
  readonly workflow_urn: string;
  readonly name: string;
  readonly created_time: string;
}

const action = () =>
  new sdk.Action().withFunctionRef(
    new sdk.FunctionRef('pay', { amount: '$.amount | 3' }).withInvokeMode('synchronize' as never),
  );

/** Pay, with an error handler that retries and else records, then wait and end. */
function body(name: string) {
  const pay = new sdk.OperationState([action()], 'pay', 'Pay', 'Operation' as never, false, 'rest')
    .withActionMode('sequential' as never)
    .withStateDataFilter(new sdk.StateDataFilter().withInput('$').withOutput('$'))
    .withOnErrors([new sdk.OnError().withError('$.status == 500').withTransition('record').withRetryRef('again')]);
  const record = new sdk.OperationState([action()], 'record', 'Record', 'Operation' as never, true, '');
  const rest = new sdk.OperationState([], 'rest', 'Rest', 'Sleep' as never, false, 'end').withDuration(5);
  const end = new sdk.OperationState([], 'end', 'End', 'End' as never, true, '');
  const fn = new sdk.Function('pay', urn).withMetadata({ team: 'shop' });
  const unused = new sdk.Function('unused', urn);
  const retry = new sdk.Retry('again').withDelay(2).withMaxAttempts(5);
  return new sdk.WorkflowCreateBody(name, 'pay', [fn, unused], [pay, record, rest, end], { rate: 7 }, [retry])
    .withDescription('pays')
    .withMode('NORMAL' as never);
}

const create = (name: string) =>
  wire<Saved>(server.sdk.createWorkflow(new sdk.CreateWorkflowRequest().withBody(body(name))));
const show = (id: string) =>
  wire<{ id: string; definition: object; graph: { nodes: { kind: string }[] } }>(
    server.sdk.showWorkFlow(new sdk.ShowWorkFlowRequest(id)),
  );

it('are saved, and come back as they were sent', async () => {
  const made = await create('order');
  expect(made).toMatchObject({ name: 'order', workflow_urn: expect.stringMatching(/:workflow:default:order:latest$/) });
  const shown = await show(made.id);
  expect(shown.definition).toEqual(JSON.parse(JSON.stringify(body('order'))));
  expect(shown.graph.nodes.map(({ kind }) => kind).sort()).toEqual([
    'end',
    'error',
    'function',
    'function',
    'start',
    'wait',
  ]);
});

it('are listed in pages', async () => {
  await create('listed-1');
  await create('listed-2');
  const request = new sdk.ListWorkflowRequest().withWorkflowName('listed').withLimit(1).withOffset(-3);
  const page = await wire<{ total: number; size: number; workflows: Saved[] }>(server.sdk.listWorkflow(request));
  expect([page.total, page.size, page.workflows.length]).toEqual([2, 1, 1]);
});

it('are changed, as a whole', async () => {
  const { id } = await create('changed');
  const next = body('changed').withDescription('pays twice').withConstants({});
  const request = new sdk.UpdateWorkFlowRequest(id).withBody(next);
  expect(await wire(server.sdk.updateWorkFlow(request))).toMatchObject({ id, description: 'pays twice' });
  expect((await show(id)).definition).toMatchObject({ constants: {}, description: 'pays twice' });
});

it('are deleted many at once, with the reason for each that is not', async () => {
  const { workflow_urn } = await create('gone');
  const missing = workflow_urn.replace(':gone:', ':missing:');
  const urns = new sdk.WorkflowDeleteBody([workflow_urn, missing]);
  const answer = await wire<{ success: string[]; fail: { workflow_urn: string; error_detail: string }[] }>(
    server.sdk.batchDeleteWorkflows(new sdk.BatchDeleteWorkflowsRequest().withBody(urns)),
  );
  expect(answer.success).toEqual([workflow_urn]);
  expect(answer.fail).toEqual([{ workflow_urn: missing, error_detail: expect.stringContaining('FSS.0404') }]);
});

it('are refused with all broken rules', async () => {
  const broken = body('broken');
  broken.functions = [new sdk.Function('pay', urn.replace(/:hello$/, ':missing'))];
  broken.mode = 'EXPRESS' as never;
  const answer = await refused(server.sdk.createWorkflow(new sdk.CreateWorkflowRequest().withBody(broken)));
  expect(answer).toMatchObject({
    status: 400,
    code: 'FSS.0400',
    message: expect.stringMatching(/log level.*\(and \d more\)/),
  });
  expect(await refused(show('missing'))).toMatchObject({ status: 404, code: 'FSS.0404' });
});

interface Run {
  readonly execution_id: string;
  readonly status: string;
  readonly begin_time: string;
}
type Point = { readonly timestamp: number; readonly value: number };

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** One call of a function, then the end. */
async function callOnce(name: string, mode = 'NORMAL', operation = urn): Promise<Saved> {
  const one = new sdk.Action().withFunctionRef(new sdk.FunctionRef('pay', {}).withInvokeMode('synchronize' as never));
  const state = new sdk.OperationState([one], 'pay', 'Pay', 'Operation' as never, true, '');
  const flow = new sdk.WorkflowCreateBody(name, 'pay', [new sdk.Function('pay', operation)], [state], {}, [])
    .withMode(mode as never)
    .withExpressConfig(new sdk.ExpressConfig().withLogLevel('NONE' as never));
  return wire<Saved>(server.sdk.createWorkflow(new sdk.CreateWorkflowRequest().withBody(flow)));
}

const start = (id: string, input: object, runId?: string) => {
  const request = new sdk.StartWorkflowExecutionRequest(id).withBody(new sdk.FlowExecuteBody(input));
  return wire<{ execution_id: string }>(
    server.sdk.startWorkflowExecution(runId === undefined ? request : request.withXWorkflowRunID(runId)),
  );
};
const showRun = (id: string, run: string) =>
  wire<Run & { input: object; output?: object; node_execution_details: { node_id: string; executions: object[] }[] }>(
    server.sdk.showWorkflowExecution(new sdk.ShowWorkflowExecutionRequest(id, run)),
  );
const ended = (id: string, run: string, status: string) =>
  expect.poll(async () => (await showRun(id, run)).status, PATIENCE).toBe(status);

it('run, and show each step with its times', async () => {
  const { id } = await callOnce('run');
  const { execution_id } = await start(id, { name: 'Ada' });
  await ended(id, execution_id, 'success');
  const run = await showRun(id, execution_id);
  expect(run).toMatchObject({ workflow_id: id, input: { name: 'Ada' }, output: { got: { name: 'Ada' } } });
  for (const time of ['begin_time', 'end_time', 'last_update_time'] as const) {
    expect((run as unknown as Record<string, unknown>)[time]).toMatch(TIME);
  }
  const executions = run.node_execution_details.find(({ node_id }) => node_id === 'pay')?.executions;
  expect(executions).toEqual([
    {
      status: 'success',
      input: { name: 'Ada' },
      output: { got: { name: 'Ada' } },
      begin_time: expect.any(Number),
      end_time: expect.any(Number),
      request_id: expect.stringMatching(/.+/),
    },
  ]);
});

it('run once for an id of the caller, which another input may not have', async () => {
  const { id } = await callOnce('once');
  expect(await start(id, { a: 1 }, 'mine')).toMatchObject({ execution_id: 'mine' });
  expect(await start(id, { a: 1 }, 'mine')).toMatchObject({ execution_id: 'mine' });
  expect(await refused(start(id, { a: 2 }, 'mine'))).toMatchObject({ status: 409, code: 'FSS.0409' });
  await ended(id, 'mine', 'success');
  const list = await wire<{ executions: Run[] }>(
    server.sdk.listWorkflowExecutions(new sdk.ListWorkflowExecutionsRequest(id).withStatus('success' as never)),
  );
  expect(list.executions.map(({ execution_id }) => execution_id)).toEqual(['mine']);
  const page = new sdk.ShowWorkflowExecutionForPageRequest(id, 0, 10).withStartTime('2020-01-01 00:00:00');
  const early = await wire<{ total: number; size: number }>(server.sdk.showWorkflowExecutionForPage(page));
  expect([early.total, early.size]).toEqual([0, 0]);
  const all = await wire<{ total: number; executions: Run[] }>(
    server.sdk.showWorkflowExecutionForPage(new sdk.ShowWorkflowExecutionForPageRequest(id, 0, 10)),
  );
  expect([all.total, all.executions[0]?.execution_id]).toEqual([1, 'mine']);
  const none = new sdk.ShowWorkflowExecutionForPageRequest(id, 0, 0);
  expect((await refused(server.sdk.showWorkflowExecutionForPage(none))).status).toBe(400);
});

it('answer at once when they are express, with the output or with the errors', async () => {
  const sync = (id: string, input: object) => {
    const request = new sdk.StartSyncWorkflowExecutionRequest(id).withBody(new sdk.FlowExecuteBody(input));
    return wire<Run & { output?: object; errors?: object[] }>(server.sdk.startSyncWorkflowExecution(request));
  };
  const { id } = await callOnce('fast', 'EXPRESS');
  expect(await sync(id, { a: 1 })).toMatchObject({
    execution_id: expect.stringMatching(/.+/),
    status: 'success',
    output: { got: { a: 1 } },
    begin_time: expect.stringMatching(TIME),
    end_time: expect.stringMatching(TIME),
  });
  const failed = await sync(id, { fail: true });
  expect(failed).toMatchObject({ status: 'fail', errors: [{ node_id: 'pay', error_message: expect.any(String) }] });
  expect('output' in failed).toBe(false);
  const standard = await callOnce('slow');
  expect((await refused(sync(standard.id, {}))).message).toContain('standard flow');
});

it('are retried after a failure, with a new id in a header', async () => {
  const { id, workflow_urn } = await callOnce('again');
  const { execution_id } = await start(id, { fail: true });
  await ended(id, execution_id, 'fail');
  await server.sdk.retryWorkFlow(new sdk.RetryWorkFlowRequest(id, execution_id));
  const runs = async () => {
    const request = new sdk.ListWorkflowExecutionsRequest(id);
    return (await wire<{ executions: Run[] }>(server.sdk.listWorkflowExecutions(request))).executions;
  };
  await expect.poll(async () => (await runs()).map(({ status }) => status), PATIENCE).toEqual(['fail', 'fail']);
  const metrics = () =>
    wire<{ count: Point[]; fail_count: Point[] }>(
      server.sdk.showWorkFlowMetric(new sdk.ShowWorkFlowMetricRequest(workflow_urn).withPeriod('60')),
    );
  const sum = (points: Point[]) => points.reduce((total, { value }) => total + value, 0);
  await expect.poll(async () => sum((await metrics()).fail_count), PATIENCE).toBe(2);
  const tenant = new sdk.ShowTenantMetricRequest().withPeriod('60').withMetricType('totalCount');
  const all = await wire<Record<string, Point[]>>(server.sdk.showTenantMetric(tenant));
  expect(all).not.toHaveProperty('duration');
  expect(sum(all.count ?? [])).toBeGreaterThanOrEqual(2);
});

it('wait, are stopped, and cannot be deleted before', async () => {
  const nap = new sdk.OperationState([], 'nap', 'Nap', 'Sleep' as never, true, '').withDuration(3600);
  const flow = new sdk.WorkflowCreateBody('nap', 'nap', [], [nap], {}, []);
  const { id, workflow_urn } = await wire<Saved>(
    server.sdk.createWorkflow(new sdk.CreateWorkflowRequest().withBody(flow)),
  );
  const { execution_id } = await start(id, {});
  const remove = () =>
    wire<{ success: string[]; fail: { error_detail: string }[] }>(
      server.sdk.batchDeleteWorkflows(
        new sdk.BatchDeleteWorkflowsRequest().withBody(new sdk.WorkflowDeleteBody([workflow_urn])),
      ),
    );
  expect((await remove()).fail).toEqual([{ workflow_urn, error_detail: expect.stringContaining('active runs') }]);
  await server.sdk.stopWorkFlow(new sdk.StopWorkFlowRequest(id, execution_id));
  await ended(id, execution_id, 'cancel');
  expect(await refused(server.sdk.retryWorkFlow(new sdk.RetryWorkFlowRequest(id, execution_id)))).toMatchObject({
    status: 409,
  });
  expect((await remove()).success).toEqual([workflow_urn]);
});

it('end a wait by a callback, which needs the id that the run passed on', async () => {
  const run = new sdk.FunctionRef('pay', { callback: '$RUN.callback.decision' });
  const state = new sdk.OperationState(
    [new sdk.Action().withFunctionRef(run.withInvokeMode('synchronize' as never))],
    'tell',
    'Tell',
    'Operation' as never,
    false,
    'decision',
  );
  // ours: the API has no state that waits for a callback
  const wait = {
    id: 'decision',
    name: 'Decision',
    type: 'Callback',
    end: true,
    transition: '',
    actions: [],
  };
  const flow = new sdk.WorkflowCreateBody(
    'approval',
    'tell',
    [new sdk.Function('pay', urn)],
    [state, wait as never],
    {},
    [],
  );
  const { id } = await wire<Saved>(server.sdk.createWorkflow(new sdk.CreateWorkflowRequest().withBody(flow)));
  await start(id, {}, 'asked');
  const reported = async () => (await showRun(id, 'asked')).node_execution_details[0]?.executions[0];
  await expect.poll(reported, PATIENCE).toMatchObject({ status: 'success' });
  const { callback } = ((await reported()) as { output: { got: { callback: string } } }).output.got;
  const answer = (text: string) =>
    server.sdk.createCallbackWorkflow(
      new sdk.CreateCallbackWorkflowRequest(id, 'asked', text).withBody(
        new sdk.CallbackWorkflowRequestBody('success' as never, { approved: true }),
      ),
    );
  expect((await refused(answer(`${callback}0`))).status).toBe(403);
  expect(await wire(answer(callback))).toMatchObject({ execution_id: 'asked' });
  await ended(id, 'asked', 'success');
  expect((await showRun(id, 'asked')).output).toEqual({ approved: true });
  expect([409, 410]).toContain((await refused(answer(callback))).status);
});

it('are counted: runs, failures, active runs, their duration and refused starts', async () => {
  const nap = new sdk.OperationState([], 'nap', 'Nap', 'Sleep' as never, true, '').withDuration(3600);
  const flow = new sdk.WorkflowCreateBody('counted', 'nap', [], [nap], {}, []);
  const { id, workflow_urn } = await wire<Saved>(
    server.sdk.createWorkflow(new sdk.CreateWorkflowRequest().withBody(flow)),
  );
  const { execution_id } = await start(id, {});
  await server.sdk.stopWorkFlow(new sdk.StopWorkFlowRequest(id, execution_id));
  await ended(id, execution_id, 'cancel');
  let started = 1;
  // uses up the quota of stored runs
  for (let refusal: unknown; refusal === undefined && started <= MOST_RUNS; ) {
    refusal = await start(id, {}).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refusal === undefined) started += 1;
    else expect(refusal).toMatchObject({ httpStatusCode: 429 });
  }
  type Series = 'count' | 'fail_count' | 'running_count' | 'reject_count' | 'duration';
  const most = async (request: Promise<object>) => {
    const series = Object.entries(await wire<Record<string, unknown>>(request));
    const found = series.filter((one): one is [string, Point[]] => Array.isArray(one[1]));
    return Object.fromEntries(found.map(([name, points]) => [name, Math.max(...points.map(({ value }) => value))])) as {
      [Name in Series]: number;
    };
  };
  const ofFlow = () =>
    most(server.sdk.showWorkFlowMetric(new sdk.ShowWorkFlowMetricRequest(workflow_urn).withPeriod('60')));
  await expect.poll(ofFlow, PATIENCE).toMatchObject({ running_count: started - 1, reject_count: 1, fail_count: 0 });
  expect(await ofFlow()).toMatchObject({ count: expect.any(Number), duration: expect.any(Number) });
  const all = await most(server.sdk.showTenantMetric(new sdk.ShowTenantMetricRequest().withPeriod('60')));
  expect(Object.keys(all).sort()).toEqual(['count', 'duration', 'fail_count', 'reject_count', 'running_count']);
  expect([all.count, all.fail_count, all.duration, all.reject_count].every((value) => value > 0)).toBe(true);
});
