import type { RouteResponse, Routes } from '@funcgraph/api';
import { type Flow, flowLogKey } from '../../../flows/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { LogLine, TelemetryOfAll } from '../../../telemetry/index.ts';
import { type Handlers, Reply } from '../../http/handler.ts';
import { follow } from '../follow.ts';
import { hasKeyword, keywordIn, levelsIn } from '../log-filter.ts';
import { found } from '../telemetry-search.ts';
import { pageSize, timeRange } from '../time-range.ts';
import { unreachableField } from '../unreachable.ts';
import { FlowAccess, type FlowAccessDeps } from './flow-access.ts';

export interface FlowLogDeps extends FlowAccessDeps {
  readonly telemetryOfAll: TelemetryOfAll;
  readonly clock: Clock;
}

/** The log lines of express runs. */
export function flowLogHandlers(deps: FlowLogDeps): Handlers<'queryWorkflowLogs' | 'followWorkflowLogs'> {
  const { telemetryOfAll, clock, iam } = deps;
  const access = new FlowAccess(deps);
  return {
    async queryWorkflowLogs(request) {
      const flow = await access.find(request, 'get');
      const { query } = request;
      const page = await found(
        telemetryOfAll.query({
          ...timeRange(query.from, query.to, clock.now()),
          ...filterOf(flow, query),
          ...keywordIn(query),
          limit: pageSize(query.limit, 100, 1000),
          order: query.order ?? 'desc',
          ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        }),
      );
      return {
        lines: page.lines.map(lineReply),
        ...(page.cursor === null ? {} : { next_cursor: page.cursor }),
        ...unreachableField(page),
      };
    },

    async followWorkflowLogs(request) {
      const flow = await access.find(request, 'get');
      const filter = filterOf(flow, request.query);
      const isShown = hasKeyword(request.query);
      const mayGoOn = (): boolean => iam.holds(request) && access.allows(request, 'get', flow);
      const lines = follow<WireLine>({ clock, gone: request.goneSignal(), mayGoOn }, (push) =>
        telemetryOfAll.tail(filter, (batch) => {
          for (const line of batch) if (isShown(line)) push(lineReply(line));
        }),
      );
      return new Reply(lines);
    },
  };
}

function filterOf(flow: Flow, query: { readonly execution_id?: string; readonly level?: string }) {
  const { execution_id: requestId = '' } = query;
  return { functionKey: flowLogKey(flow), ...levelsIn(query), ...(requestId === '' ? {} : { requestId }) };
}

type WireLine = RouteResponse<Routes['queryWorkflowLogs']>['lines'][number];

function lineReply({ time, level, requestId, message }: LogLine): WireLine {
  return { time: new Date(time).toISOString(), level, execution_id: requestId, message };
}
