import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';
import { refused, wire } from './answers.ts';

let server: TestServer;
let urn: string;

beforeAll(async () => {
  server = await TestServer.start();
  const runtime = (await runtimeOf(server, 'Node.js')) as never;
  const body = new sdk.CreateFunctionRequestBody('hello', 'default', runtime, 10, 'index.handler', 128);
  const made = await wire<{ func_urn: string }>(
    server.sdk.createFunction(new sdk.CreateFunctionRequest().withBody(body)),
  );
  urn = made.func_urn;
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
  broken.functions = [new sdk.Function('pay', urn.replace(':hello:', ':missing:'))];
  broken.mode = 'EXPRESS' as never;
  const answer = await refused(server.sdk.createWorkflow(new sdk.CreateWorkflowRequest().withBody(broken)));
  expect(answer).toMatchObject({
    status: 400,
    code: 'FSS.0400',
    message: expect.stringMatching(/log level.*\(and \d more\)/),
  });
  expect(await refused(show('missing'))).toMatchObject({ status: 404, code: 'FSS.0404' });
});
