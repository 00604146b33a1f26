import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Clock } from '../../../lib/clock.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { GatewayGroups } from '../../../services/index.ts';
import { type AccessLine, type AccessLog, searchAccess } from '../../gateway/index.ts';
import type { Handlers } from '../../http/handler.ts';
import { SearchTurns } from '../search-turns.ts';
import { pageSize, timeRange } from '../time-range.ts';

/** Of one page, in the thread that also serves requests. */
const SEARCH_MS = 2000;
const MAX_LINES = 500;

export interface AccessLogDeps {
  readonly accessLog: AccessLog | undefined;
  readonly gatewayGroups: Pick<GatewayGroups, 'list'>;
  readonly clock: Clock;
}

type Line = RouteResponse<Routes['queryGatewayAccessLog']>['lines'][number];

interface Filter {
  readonly group_id?: string | undefined;
  readonly status?: string | undefined;
  readonly keyword?: string | undefined;
}

/** The access log has the requests of all projects; a project sees those to its groups, functions and flows. */
export function accessLogHandlers(deps: AccessLogDeps): Handlers<'queryGatewayAccessLog'> {
  const { accessLog, gatewayGroups, clock } = deps;
  const turns = new SearchTurns();
  return {
    async queryGatewayAccessLog(request) {
      const { query, params } = request;
      const { project_id: project } = params;
      const range = timeRange(query.from, query.to, clock.now());
      const limit = pageSize(query.limit, 100, MAX_LINES);
      const isRequested = filterOf(query);
      if (accessLog === undefined) return { enabled: false, lines: [], complete: true };
      const gone = request.goneSignal();
      const { lines, complete, cursor } = await turns.run(project, () => {
        const groups = new Set(gatewayGroups.list(project).map(({ id }) => id));
        // a request that no API matches has a group, but no project
        const isVisible = (line: AccessLine): boolean =>
          line.project === undefined ? groups.has(line.group ?? '') : line.project === project;
        const until = clock.monotonic() + SEARCH_MS;
        return searchAccess(accessLog, {
          ...range,
          limit,
          matches: (line) => isVisible(line) && isRequested(line),
          isOver: () => gone.aborted || clock.monotonic() > until,
          ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        });
      });
      return {
        enabled: true,
        lines: lines.map(reply),
        complete,
        ...(cursor === undefined ? {} : { next_cursor: cursor }),
      };
    },
  };
}

/** Throws `invalid_request`. */
function filterOf({ group_id: group = '', status = '', keyword = '' }: Filter): (line: AccessLine) => boolean {
  if (!/^([1-5](xx|\d\d))?$/i.test(status)) {
    throw new PlatformError('invalid_request', 'status must be a status like 404, or a class like 5xx');
  }
  const digits = status.replace(/x/gi, '');
  const text = keyword.toLowerCase();
  return (line) =>
    (group === '' || line.group === group) && String(line.status).startsWith(digits) && hasText(line, text);
}

function hasText({ client, host, path, function: fn, flow, request_id }: AccessLine, text: string): boolean {
  if (text === '') return true;
  return [client, host, path, fn, flow, request_id].some((part) => part?.toLowerCase().includes(text) === true);
}

function reply(line: AccessLine): Line {
  const { host, method, group, api, function: fn, flow } = line;
  const [pkg = '', func_name = ''] = fn?.split('/') ?? [];
  return {
    time: line.time,
    client: line.client,
    path: line.path,
    tls: line.tls === true,
    status: line.status,
    complete: line.complete !== false,
    bytes: line.bytes,
    ms: line.ms,
    request_id: line.request_id,
    ...(host === undefined ? {} : { host }),
    ...(method === undefined ? {} : { method }),
    ...(group === undefined ? {} : { group_id: group }),
    ...(api === undefined ? {} : { api_id: api }),
    ...(fn === undefined ? {} : { package: pkg, func_name }),
    ...(flow === undefined ? {} : { flow }),
  };
}
