import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { ProjectParams } from '../schemas/common.ts';
import { FlowStatistics } from '../schemas/workflow-statistics.ts';

const FLOWS = '/v2/{project_id}/fgs/workflows';
const FLOW = `${FLOWS}/{workflow_id}` as const;
const EXECUTION = `${FLOW}/executions/{execution_id}` as const;
const STATISTIC = '/v2/{project_id}/fgs/workflow-statistic';

const FlowParams = Type.Object({ ...ProjectParams.properties, workflow_id: Type.String() });
const ExecutionParams = Type.Object({ ...FlowParams.properties, execution_id: Type.String() });

const Text = Type.Optional(Type.String());
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));
const Anything = Type.Record(Type.String(), Type.Unknown());
const Period = { period: Text, start_time: Text, end_time: Text };

const FlowBody = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) });
const RunBody = Type.Object({
  input: Type.Optional(Type.Union([Anything, Type.Null()])),
  headers: Type.Optional(Type.Union([Anything, Type.Null()])),
});

const SUMMARY = 'Refused: flows are not implemented yet';
const common = { group: 'workflows', summary: SUMMARY } as const;
const reading = { ...common, method: 'GET', action: 'functiongraph:workflow:get' } as const;
const changing = { ...common, action: 'functiongraph:workflow:update' } as const;

/** Operations about flows. All are refused until there is an engine, with rights and fields checked before. */
export const workflowRoutes = {
  createWorkflow: route({
    ...changing,
    method: 'POST',
    path: FLOWS,
    resource: namedIn('body', 'name'),
    params: ProjectParams,
    body: FlowBody,
  }),
  listWorkflow: route({
    ...reading,
    path: FLOWS,
    params: ProjectParams,
    query: Type.Object({ workflow_name: Text, limit: Offset, offset: Offset, enterprise_project: Text, mode: Text }),
  }),
  batchDeleteWorkflows: route({
    ...changing,
    method: 'DELETE',
    path: FLOWS,
    params: ProjectParams,
    body: Type.Object({ workflow_urns: Type.Array(Type.String()) }),
  }),
  showWorkFlow: route({ ...reading, path: FLOW, params: FlowParams }),
  updateWorkFlow: route({ ...changing, method: 'PUT', path: FLOW, params: FlowParams, body: FlowBody }),
  createCallbackWorkflow: route({
    ...changing,
    method: 'POST',
    path: `${FLOW}/callback`,
    params: FlowParams,
    body: Type.Object({
      result: Type.Union([Type.Literal('success'), Type.Literal('fail')]),
      error: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      output: Anything,
    }),
  }),
  startWorkflowExecution: route({
    ...changing,
    method: 'POST',
    path: `${FLOW}/executions`,
    params: FlowParams,
    body: RunBody,
  }),
  startSyncWorkflowExecution: route({
    ...changing,
    method: 'POST',
    path: `${FLOW}/sync-executions`,
    params: FlowParams,
    body: RunBody,
  }),
  listWorkflowExecutions: route({
    ...reading,
    path: `${FLOW}/executions`,
    params: FlowParams,
    query: Type.Object({ limit: Offset, offset: Offset, status: Text, start_time: Text, end_time: Text }),
  }),
  showWorkflowExecutionForPage: route({
    ...reading,
    path: `${FLOW}/executions-history`,
    params: FlowParams,
    query: Type.Object({ limit: Offset, offset: Offset, start_time: Text, end_time: Text }),
  }),
  showWorkflowExecution: route({ ...reading, path: EXECUTION, params: ExecutionParams }),
  retryWorkFlow: route({ ...changing, method: 'POST', path: `${EXECUTION}/retry`, params: ExecutionParams }),
  stopWorkFlow: route({ ...changing, method: 'POST', path: `${EXECUTION}/terminate`, params: ExecutionParams }),
  showTenantMetric: route({
    ...reading,
    path: STATISTIC,
    params: ProjectParams,
    query: Type.Object({ ...Period, metric_type: Text }),
    response: FlowStatistics,
  }),
  showWorkFlowMetric: route({
    ...reading,
    path: `${STATISTIC}/{workflow_urn}`,
    params: Type.Object({ ...ProjectParams.properties, workflow_urn: Type.String() }),
    query: Type.Object(Period),
    response: FlowStatistics,
  }),
} as const;
