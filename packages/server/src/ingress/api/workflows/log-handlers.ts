import type { RouteResponse, Routes } from '@funcgraph/api';
import { flowLogKey } from '../../../flows/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { LogLine, Telemetry } from '../../../telemetry/index.ts';
import type { Handlers } from '../../http/handler.ts';
import { found } from '../telemetry-search.ts';
import { pageSize, timeRange } from '../time-range.ts';
import { FlowAccess, type FlowAccessDeps } from './flow-access.ts';

export interface FlowLogDeps extends FlowAccessDeps {
  readonly telemetry: Pick<Telemetry, 'logs'>;
  readonly clock: Clock;
}

/** The log lines of express runs. */
export function flowLogHandlers(deps: FlowLogDeps): Handlers<'queryWorkflowLogs'> {
  const { telemetry, clock } = deps;
  const access = new FlowAccess(deps);
  return {
    async queryWorkflowLogs(request) {
      const flow = await access.find(request, 'get');
      const { from, to, execution_id: requestId = '', limit, cursor, order = 'desc' } = request.query;
      const page = await found(
        telemetry.logs.query({
          ...timeRange(from, to, clock.now()),
          functionKey: flowLogKey(flow),
          limit: pageSize(limit, 100, 1000),
          order,
          ...(requestId === '' ? {} : { requestId }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      return { lines: page.lines.map(lineReply), ...(page.cursor === null ? {} : { next_cursor: page.cursor }) };
    },
  };
}

type WireLine = RouteResponse<Routes['queryWorkflowLogs']>['lines'][number];

function lineReply({ time, level, requestId, message }: LogLine): WireLine {
  return { time: new Date(time).toISOString(), level, execution_id: requestId, message };
}
