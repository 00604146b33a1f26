import type { RouteResponse, Routes } from '@funcgraph/api';
import type { ShownLine } from '../../../parts/log-view/index.ts';

type LogLine = RouteResponse<Routes['queryLogs']>['lines'][number];

export const toShown = ({ time, level, message, request_id, instance_id }: LogLine): ShownLine => ({
  time,
  level,
  message,
  requestId: request_id,
  instanceId: instance_id,
});
