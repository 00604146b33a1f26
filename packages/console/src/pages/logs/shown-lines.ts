import type { RouteResponse, Routes } from '@funcgraph/api';
import type { ShownLine } from '../../parts/log-view/index.ts';

export type FunctionLine = RouteResponse<Routes['followLogs']>;
export type FlowLine = RouteResponse<Routes['followWorkflowLogs']>;

export const fromFunction = (source: string, of: string, line: FunctionLine): ShownLine => ({
  time: line.time,
  level: line.level,
  message: line.message,
  requestId: line.request_id,
  instanceId: line.instance_id,
  source,
  of,
});

export const fromFlow = (source: string, of: string, line: FlowLine): ShownLine => ({
  time: line.time,
  level: line.level as ShownLine['level'],
  message: line.message,
  requestId: line.execution_id,
  source,
  of,
});
