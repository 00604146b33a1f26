import type { RouteResponse, Routes } from '@funcgraph/api';
import type { FieldChange } from '@funcgraph/flow';
import type { ComparedExecution, FlowRun, FlowRunComparison } from '../../../flows/index.ts';
import { flowTime } from './replies.ts';

type Reply = RouteResponse<Routes['compareWorkflowExecutions']>;
type Execution = NonNullable<Reply['executions'][number]['first']>;

/** Larger values of a definition are not shown. */
const MOST_FIELD_CHARS = 1024;

/** `urns` are those of the flows of the runs. */
export function comparisonReply(
  { runs, differs, definition, same, different, firstOnly, secondOnly, executions, leftOut }: FlowRunComparison,
  urns: readonly [string, string],
): Reply {
  return {
    runs: [runReply(runs[0], urns[0]), runReply(runs[1], urns[1])],
    differs: [...differs],
    definition: {
      settings: definition.settings.map(fieldReply),
      nodes: definition.nodes.map((each) => ({ ...each, fields: each.fields.map(fieldReply) })),
      edges: [...definition.edges],
    },
    same,
    different,
    first_only: firstOnly,
    second_only: secondOnly,
    executions: executions.map((each) => ({
      node: each.node,
      node_name: each.nodeName,
      inside: [...each.inside],
      attempt: each.attempt,
      differs: [...each.differs],
      ...(each.first === undefined ? {} : { first: executionReply(each.first) }),
      ...(each.second === undefined ? {} : { second: executionReply(each.second) }),
    })),
    left_out: leftOut,
  };
}

function runReply({ flowId, id, status, startedAt, endedAt }: FlowRun, urn: string): Reply['runs'][number] {
  return {
    workflow_id: flowId,
    workflow_urn: urn,
    execution_id: id,
    status,
    begin_time: flowTime(startedAt),
    ...(endedAt === undefined ? {} : { end_time: flowTime(endedAt), duration_ms: endedAt - startedAt }),
  };
}

function fieldReply({ field, first, second }: FieldChange) {
  const isShown = (value: unknown): boolean => value !== undefined && JSON.stringify(value).length <= MOST_FIELD_CHARS;
  return { field, ...(isShown(first) ? { first } : {}), ...(isShown(second) ? { second } : {}) };
}

function executionReply({ status, ms, input, output, error, to, target, requestId }: ComparedExecution): Execution {
  return {
    status,
    input_digest: input,
    ...(ms === undefined ? {} : { duration_ms: ms }),
    ...(output === undefined ? {} : { output_digest: output }),
    ...(error === undefined ? {} : { error: { error_code: error.code, error_message: error.message } }),
    ...(to === undefined ? {} : { to }),
    ...(target === undefined ? {} : { function_urn: target }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}
