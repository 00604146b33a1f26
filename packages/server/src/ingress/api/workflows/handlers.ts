import type { FlowRuns } from '../../../flows/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Handlers } from '../../http/handler.ts';
import { notHere } from '../not-here.ts';
import { statisticsRange, statisticsReply } from './statistics.ts';

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
  'showWorkFlowMetric',
] as const;

type Ids = (typeof OPERATIONS)[number] | 'showTenantMetric';

export interface WorkflowDeps {
  /** Undefined as long as the server has no engine: operations on runs are refused. */
  readonly runs: FlowRuns | undefined;
  readonly clock: Clock;
  readonly retainDays: number;
}

const DAY_MINUTES = 1440;

/** Refuses requests about flows, after the caller and the request were checked like any other. */
export function workflowHandlers({ runs, clock, retainDays }: WorkflowDeps): Handlers<Ids> {
  const refusals = OPERATIONS.map((id) => [id, async () => Promise.reject(notHere(id))] as const);
  return {
    ...(Object.fromEntries(refusals) as unknown as Handlers<(typeof OPERATIONS)[number]>),
    async showTenantMetric({ params, query }) {
      if (runs === undefined) throw notHere('showTenantMetric');
      const range = statisticsRange(query, clock.now(), retainDays * DAY_MINUTES);
      return statisticsReply(await runs.statistics({ projectId: params.project_id }, range), query.metric_type);
    },
  };
}
