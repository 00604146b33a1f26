import type { Handlers } from '../http/handler.ts';
import { notHere } from './not-here.ts';

const OPERATIONS = [
  'createWorkflow',
  'listWorkflow',
  'batchDeleteWorkflows',
  'showWorkFlow',
  'updateWorkFlow',
  'createCallbackWorkflow',
  'startWorkflowExecution',
  'startSyncWorkflowExecution',
  'listWorkflowExecutions',
  'showWorkflowExecutionForPage',
  'showWorkflowExecution',
  'retryWorkFlow',
  'stopWorkFlow',
  'showTenantMetric',
  'showWorkFlowMetric',
] as const;

type Ids = (typeof OPERATIONS)[number];

/** Refuses requests about flows, after the caller and the request were checked like any other. */
export function workflowHandlers(): Handlers<Ids> {
  const refusals = OPERATIONS.map((id) => [id, async () => Promise.reject(notHere(id))] as const);
  return Object.fromEntries(refusals) as unknown as Handlers<Ids>;
}
