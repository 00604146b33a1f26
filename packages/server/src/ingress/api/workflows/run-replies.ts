import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Json } from '@funcgraph/flow';
import type { FlowError, FlowNodeExecution, FlowRun, FlowRunDetail } from '../../../flows/index.ts';
import { flowTime } from './replies.ts';

type Detail = RouteResponse<Routes['showWorkflowExecution']>;
type Execution = Detail['node_execution_details'][number]['executions'][number];

export function runReply(run: FlowRun, urn: string) {
  return {
    workflow_id: run.flowId,
    workflow_urn: urn,
    execution_id: run.id,
    status: run.status,
    begin_time: flowTime(run.startedAt),
    ...(run.endedAt === undefined ? {} : { end_time: flowTime(run.endedAt) }),
    last_update_time: flowTime(run.updatedAt),
    created_by: run.startedBy,
  };
}

export function runDetailReply(run: FlowRunDetail, urn: string): Detail {
  return {
    ...runReply(run, urn),
    headers: run.headers,
    input: run.input,
    ...(run.output === undefined ? {} : { output: withoutNulls(run.output) }),
    ...(run.error === undefined ? {} : { error: errorReply(run.error) }),
    node_execution_details: run.nodes.map(({ nodeId, nodeName, executions }) => ({
      node_id: nodeId,
      node_name: nodeName,
      execution_id: run.id,
      executions: executions.map(executionReply),
    })),
  };
}

export function syncReply(run: FlowRunDetail) {
  const { status, output } = run;
  const times = { begin_time: flowTime(run.startedAt), end_time: flowTime(run.endedAt ?? run.updatedAt) };
  const base = { execution_id: run.id, status, ...times };
  if (status === 'success') return { ...base, output: withoutNulls(output ?? {}) };
  return status === 'fail' ? { ...base, errors: failures(run) } : base;
}

function failures({ nodes, error, startedAt, endedAt, updatedAt }: FlowRunDetail) {
  const failed = nodes.flatMap(({ nodeId, executions }) => {
    const last = executions.at(-1);
    return last?.status === 'fail' ? [{ nodeId, ...last }] : [];
  });
  const shown = failed.map((one) => ({
    node_id: one.nodeId,
    error_message: messageOf(one.error),
    begin_time: flowTime(one.startedAt),
    end_time: flowTime(one.endedAt ?? updatedAt),
  }));
  if (shown.length > 0) return shown;
  const times = { begin_time: flowTime(startedAt), end_time: flowTime(endedAt ?? updatedAt) };
  return [{ node_id: '', error_message: messageOf(error), ...times }];
}

const messageOf = (error: FlowError | undefined): string =>
  error === undefined ? '' : `${error.code}: ${error.message}`;

function errorReply({ code, message }: FlowError) {
  return { error_code: code, error_message: message };
}

function executionReply(one: FlowNodeExecution): Execution {
  return {
    status: one.status,
    ...(one.input === undefined ? {} : { input: one.input }),
    ...(one.output === undefined ? {} : { output: withoutNulls(one.output) }),
    begin_time: one.startedAt,
    ...(one.endedAt === undefined ? {} : { end_time: one.endedAt }),
    ...(one.error === undefined ? {} : { error_message: errorReply(one.error) }),
    ...(one.requestId === undefined ? {} : { request_id: one.requestId }),
  };
}

/** Outputs are shown without fields that are null. */
function withoutNulls(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}
