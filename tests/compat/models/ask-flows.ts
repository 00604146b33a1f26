import type { Client, Operation, RouteId, RouteResponse, Routes } from '@funcgraph/api';
import { expect, vi } from 'vitest';
import { PATIENCE } from '../../functions.ts';

type Ask = <R extends RouteId & Operation>(id: R, input: object) => Promise<RouteResponse<Routes[R]>>;

/** Calls a function that fails on `fail`, retries once, waits for a callback, ends. */
const definition = (name: string, fn: string) => ({
  name,
  description: 'all that a flow can have',
  start: 'pay',
  triggers: [
    {
      trigger_name: 'files',
      trigger_type: 'OBS',
      // kept, and does nothing: there is no event source for it
      enabled: false,
      trigger_config: { bucket: 'b', events: ['ObjectCreated'], prefix: 'p', suffix: 's' },
    },
  ],
  functions: [{ name: 'pay', operation: fn, metadata: { team: 'shop' } }],
  states: [
    {
      id: 'pay',
      name: 'Pay',
      type: 'Operation',
      end: false,
      transition: 'rest',
      action_mode: 'sequential',
      actions: [
        { function_ref: { ref_name: 'pay', invoke_mode: 'synchronize', arguments: { a: '$.a', fail: '$.fail' } } },
      ],
      state_data_filter: { input: '$', output: '$' },
      on_errors: [{ error: '$.status == 404', transition: 'late', retry_ref: 'again' }],
    },
    { id: 'late', name: 'Late', type: 'Sleep', end: true, transition: '', duration: 0, actions: [] },
    { id: 'rest', name: 'Rest', type: 'Sleep', end: true, transition: '', duration: 0, actions: [] },
  ],
  constants: { rate: 7 },
  retries: [{ name: 'again', delay: 1, max_attempts: 1 }],
  mode: 'EXPRESS',
  express_config: { log_level: 'NONE' },
  enterprise_project_id: '0',
  enable_stream_response: false,
});

const approval = (fn: string) => ({
  name: 'approval',
  start: 'tell',
  functions: [{ name: 'tell', operation: fn }],
  states: [
    {
      ...{ id: 'tell', name: 'Tell', type: 'Operation', end: false, transition: 'wait' },
      actions: [{ function_ref: { ref_name: 'tell', arguments: { callback: '$RUN.callback.wait' } } }],
    },
    { id: 'wait', name: 'Wait', type: 'Callback', end: true, transition: '', actions: [] },
  ],
});

/** Asks every operation about flows; `fn` answers `{ got: event }`, and fails on `fail`. */
export async function askFlows(
  { ask, api }: { readonly ask: Ask; readonly api: Client },
  params: { readonly project_id: string },
  fn: string,
): Promise<void> {
  const { id, workflow_urn } = await ask('createWorkflow', { params, body: definition('order', fn) });
  const of = { ...params, workflow_id: id };
  await ask('updateWorkFlow', { params: of, body: definition('order', fn) });
  await ask('listWorkflow', { params });
  await ask('showWorkFlow', { params: of });
  await ask('startSyncWorkflowExecution', { params: of, body: { input: { a: 1 } } });
  await ask('startSyncWorkflowExecution', { params: of, body: { input: { fail: true } } });

  const waiting = { ...params, workflow_id: (await ask('createWorkflow', { params, body: approval(fn) })).id };
  const start = async (input: object) => {
    const { execution_id } = await ask('startWorkflowExecution', { params: waiting, body: { input } });
    return { ...waiting, execution_id };
  };
  const run = await start({});
  const callback = await vi.waitFor(async () => {
    const { data } = await api.call('showWorkflowExecution', { params: run });
    const { output } = data.node_execution_details[0]?.executions[0] ?? {};
    expect(output).toHaveProperty('got.callback');
    return (output as { got: { callback: string } }).got.callback;
  }, PATIENCE);
  const headers = { 'X-Workflow-Run-Id': run.execution_id, 'X-Workflow-State-Id': callback };
  await ask('createCallbackWorkflow', { params: waiting, headers, body: { result: 'fail', error: 'no', output: {} } });
  await vi.waitFor(async () => {
    expect((await api.call('showWorkflowExecution', { params: run })).data.status).toBe('fail');
  }, PATIENCE);
  await ask('showWorkflowExecution', { params: run });
  await ask('retryWorkFlow', { params: run });
  const second = await start({});
  await ask('stopWorkFlow', { params: second });
  await vi.waitFor(async () => {
    expect((await api.call('showWorkflowExecution', { params: second })).data.status).toBe('cancel');
  }, PATIENCE);
  await ask('listWorkflowExecutions', { params: waiting });
  await ask('showWorkflowExecutionForPage', { params: waiting, query: { offset: '0', limit: '10' } });
  await ask('showWorkFlowMetric', { params: { ...params, workflow_urn } });
  await ask('showTenantMetric', { params });
  const workflow_urns = [workflow_urn, workflow_urn.replace('order', 'missing')];
  await ask('batchDeleteWorkflows', { params, body: { workflow_urns } });
}
