import { Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { ProjectParams } from '../schemas/common.ts';
import {
  CallbackBody,
  DeletedFlows,
  DeleteFlowsBody,
  FlowBody,
  FlowCheck,
  FlowDetail,
  FlowList,
  FlowLogLine,
  FlowLogPage,
  FlowLogQuery,
  FlowRunComparison,
  FlowRunDetail,
  FlowRunGraph,
  FlowRunList,
  FlowRunPage,
  FollowFlowLogsQuery,
  ForkBody,
  RenewedSecret,
  RunComparisonQuery,
  RunEvents,
  RunPageQuery,
  SavedFlow,
  StartedRun,
  StartFlowBody,
  SyncRun,
  UpdatedFlow,
} from '../schemas/workflow.ts';
import { FlowStatistics } from '../schemas/workflow-statistics.ts';

const FLOWS = '/v2/{project_id}/fgs/workflows';
const FLOW = `${FLOWS}/{workflow_id}` as const;
const EXECUTION = `${FLOW}/executions/{execution_id}` as const;
const STATISTIC = '/v2/{project_id}/fgs/workflow-statistic';
/** Ours. */
const OWN_FLOWS = '/v1/{project_id}/workflows';
const OWN_RUN = `${OWN_FLOWS}/{workflow_id}/runs/{execution_id}` as const;

const FlowParams = Type.Object({ ...ProjectParams.properties, workflow_id: Type.String() });
const ExecutionParams = Type.Object({ ...FlowParams.properties, execution_id: Type.String() });

const Text = Type.Optional(Type.String({ maxLength: 256 }));
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));
const Period = { period: Text, start_time: Text, end_time: Text };

const KIBIBYTE = 1024;
/** A definition as text, with blanks and in the form of the API. */
const DEFINITION_BYTES = 2048 * KIBIBYTE;
/** An input with the headers around it. */
const START_BYTES = LIMITS.syncEventBytes + 64 * KIBIBYTE;

/** The handler decides about each flow: the path has its id, and policies name it. */
const common = { group: 'workflows', access: 'any' } as const;
const of = (right: 'get' | 'list' | 'create' | 'update' | 'delete' | 'invoke' | 'callback') =>
  ({ ...common, action: `functiongraph:workflow:${right}` }) as const;

/** Flows and their runs. */
export const workflowRoutes = {
  createWorkflow: route({
    ...of('create'),
    method: 'POST',
    path: FLOWS,
    summary: 'Save a new flow; a refusal lists all rules that it breaks',
    resource: namedIn('body', 'name', 'graph.name'),
    params: ProjectParams,
    body: FlowBody,
    bodyLimit: DEFINITION_BYTES,
    response: SavedFlow,
  }),
  listWorkflow: route({
    ...of('list'),
    method: 'GET',
    path: FLOWS,
    summary: 'Flows that the caller may see, newest first',
    params: ProjectParams,
    query: Type.Object({ workflow_name: Text, limit: Offset, offset: Offset, enterprise_project: Text, mode: Text }),
    response: FlowList,
  }),
  batchDeleteWorkflows: route({
    ...of('delete'),
    method: 'DELETE',
    path: FLOWS,
    summary: 'Delete flows without active runs; the answer has each failure',
    resource: namedIn('body', 'workflow_urns'),
    params: ProjectParams,
    body: DeleteFlowsBody,
    response: DeletedFlows,
  }),
  showWorkFlow: route({
    ...of('get'),
    method: 'GET',
    path: FLOW,
    summary: 'A flow with its definition, as states and as a graph',
    params: FlowParams,
    response: FlowDetail,
  }),
  updateWorkFlow: route({
    ...of('update'),
    method: 'PUT',
    path: FLOW,
    summary: 'Replace the definition of a flow; runs keep the one they began with',
    params: FlowParams,
    body: FlowBody,
    bodyLimit: DEFINITION_BYTES,
    response: UpdatedFlow,
  }),
  renewWorkflowTriggerSecret: route({
    ...of('update'),
    method: 'PUT',
    path: `${OWN_FLOWS}/{workflow_id}/triggers/{trigger_name}/secret`,
    summary: 'Give an EVENT trigger of a flow a new secret; the old one is void at once',
    params: Type.Object({ ...FlowParams.properties, trigger_name: Type.String() }),
    response: RenewedSecret,
  }),
  checkWorkflow: route({
    ...of('get'),
    method: 'POST',
    path: `${OWN_FLOWS}/check`,
    summary: 'The rules that a definition breaks, as saving it would find them; saves nothing',
    resource: namedIn('body', 'name', 'graph.name'),
    params: ProjectParams,
    body: FlowBody,
    bodyLimit: DEFINITION_BYTES,
    response: FlowCheck,
  }),
  createCallbackWorkflow: route({
    ...of('callback'),
    method: 'POST',
    path: `${FLOW}/callback`,
    summary: 'End the wait of a run; X-Workflow-Run-Id and X-Workflow-State-Id name it',
    params: FlowParams,
    body: CallbackBody,
    bodyLimit: START_BYTES,
    response: StartedRun,
  }),
  startWorkflowExecution: route({
    ...of('invoke'),
    method: 'POST',
    path: `${FLOW}/executions`,
    summary: 'Start a run; the same X-WorkflowRun-ID starts it once',
    params: FlowParams,
    body: StartFlowBody,
    bodyLimit: START_BYTES,
    response: StartedRun,
  }),
  startSyncWorkflowExecution: route({
    ...of('invoke'),
    method: 'POST',
    path: `${FLOW}/sync-executions`,
    summary: 'Run an express flow and wait for its end',
    params: FlowParams,
    body: StartFlowBody,
    bodyLimit: START_BYTES,
    response: SyncRun,
  }),
  listWorkflowExecutions: route({
    ...of('get'),
    method: 'GET',
    path: `${FLOW}/executions`,
    summary: 'Runs of a flow, newest first; of the last three days unless times are given',
    params: FlowParams,
    query: Type.Object({ limit: Offset, offset: Offset, status: Text, start_time: Text, end_time: Text }),
    response: FlowRunList,
  }),
  showWorkflowExecutionForPage: route({
    ...of('get'),
    method: 'GET',
    path: `${FLOW}/executions-history`,
    summary: 'A page of the runs of a flow, newest first, with the number of all',
    params: FlowParams,
    query: RunPageQuery,
    response: FlowRunPage,
  }),
  showWorkflowExecution: route({
    ...of('get'),
    method: 'GET',
    path: EXECUTION,
    summary: 'A run with its nodes; X-Get-Workflow-Full-History-Data also gets large values',
    params: ExecutionParams,
    response: FlowRunDetail,
  }),
  followWorkflowExecution: route({
    ...of('get'),
    method: 'GET',
    path: `${OWN_RUN}/events`,
    summary: 'Follow the log of a run to its end, as lines of JSON',
    params: ExecutionParams,
    query: Type.Object({ after: Type.Optional(Type.String({ pattern: '^[0-9]{1,10}$' })) }),
    response: RunEvents,
    responseEncoding: 'events',
  }),
  showWorkflowExecutionGraph: route({
    ...of('get'),
    method: 'GET',
    path: `${OWN_RUN}/graph`,
    summary: 'The definition that a run has, which may be an earlier one of its flow',
    params: ExecutionParams,
    response: FlowRunGraph,
  }),
  compareWorkflowExecutions: route({
    ...of('get'),
    method: 'GET',
    path: `${OWN_RUN}/compare`,
    summary: 'How a run differs from another one of the project: definition, input, and each attempt of its nodes',
    params: ExecutionParams,
    query: RunComparisonQuery,
    response: FlowRunComparison,
  }),
  queryWorkflowLogs: route({
    ...of('get'),
    method: 'GET',
    path: `${OWN_FLOWS}/{workflow_id}/logs`,
    summary: 'Log lines of the express runs of a flow, by its log level; newest first unless order=asc',
    params: FlowParams,
    query: FlowLogQuery,
    response: FlowLogPage,
  }),
  followWorkflowLogs: route({
    ...of('get'),
    method: 'GET',
    path: `${OWN_FLOWS}/{workflow_id}/logs/follow`,
    summary: 'New log lines of the express runs of a flow, until the client disconnects or its rights end',
    params: FlowParams,
    query: FollowFlowLogsQuery,
    response: FlowLogLine,
    responseEncoding: 'events',
  }),
  retryWorkFlow: route({
    ...of('invoke'),
    method: 'POST',
    path: `${EXECUTION}/retry`,
    summary: 'Start a failed run again, with its definition and input; X-WorkflowRun-ID has the new id',
    params: ExecutionParams,
  }),
  stopWorkFlow: route({
    ...of('invoke'),
    method: 'POST',
    path: `${EXECUTION}/terminate`,
    summary: 'Stop a run',
    params: ExecutionParams,
  }),
  forkWorkflowExecution: route({
    ...of('invoke'),
    method: 'POST',
    path: `${OWN_RUN}/fork`,
    summary: 'Start a run that goes on at a node of an earlier one',
    params: ExecutionParams,
    body: ForkBody,
    bodyLimit: START_BYTES,
    response: StartedRun,
  }),
  showTenantMetric: route({
    ...of('get'),
    method: 'GET',
    path: STATISTIC,
    summary: 'Metrics of all flows of the project together',
    access: 'right',
    params: ProjectParams,
    query: Type.Object({ ...Period, metric_type: Text }),
    response: FlowStatistics,
  }),
  showWorkFlowMetric: route({
    ...of('get'),
    method: 'GET',
    path: `${STATISTIC}/{workflow_urn}`,
    summary: 'Metrics of a flow',
    params: Type.Object({ ...ProjectParams.properties, workflow_urn: Type.String() }),
    query: Type.Object(Period),
    response: FlowStatistics,
  }),
} as const;
