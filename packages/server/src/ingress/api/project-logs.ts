import type { Catalog } from '../../control/index.ts';
import type { Iam } from '../../iam/index.ts';
import { functionKeyOf } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TelemetryOfAll } from '../../telemetry/index.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { keywordIn, levelsIn } from './log-filter.ts';
import { lineReply } from './log-line.ts';
import { SearchTurns } from './search-turns.ts';
import { found } from './telemetry-search.ts';
import { pageSize, parseTime } from './time-range.ts';
import { unreachableField } from './unreachable.ts';

/** Of one search, in the thread that also writes the logs. */
const SEARCH_MS = 3000;
const MAX_LINES = 500;

export interface ProjectLogsDeps {
  readonly iam: Iam;
  readonly telemetryOfAll: TelemetryOfAll;
  readonly clock: Clock;
  readonly catalog: Catalog;
}

/** A project has one search at a time, which may read the logs of all its functions. */
export function projectLogHandlers({ iam, telemetryOfAll, clock, catalog }: ProjectLogsDeps): Handlers<'searchLogs'> {
  const turns = new SearchTurns();

  /** The functions whose log the caller may read: their keys, and when they were created. */
  const readable = ({ caller, peer, params }: ApiRequest<'searchLogs'>): Map<string, number> => {
    const projectId = params.project_id;
    const may = ({ package: pkg, name }: { readonly package: string; readonly name: string }): boolean =>
      iam.allows(caller, { action: 'functiongraph:function:getLog', projectId, fn: { package: pkg, name }, peer });
    const own = [...catalog.entries()].filter((entry) => entry.projectId === projectId && may(entry));
    return new Map(own.map((entry) => [functionKeyOf(entry), entry.createdAt]));
  };

  return {
    async searchLogs(request) {
      const { query, params } = request;
      const requested = {
        from: parseTime(query.from, 'begin time'),
        to: parseTime(query.to, 'end time'),
        limit: pageSize(query.limit, 100, MAX_LINES),
        ...keywordIn(query),
        ...levelsIn(query),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      };
      const gone = request.goneSignal();
      const functions = readable(request);
      const page = await turns.run(params.project_id, async () => {
        const until = clock.monotonic() + SEARCH_MS;
        const isOver = (): boolean => gone.aborted || clock.monotonic() > until;
        return found(telemetryOfAll.queryEach({ functionKeys: [...functions.keys()].sort(), ...requested }, isOver));
      });
      return {
        // earlier ones are of a deleted function with the same name
        lines: page.lines
          .filter((line) => line.time >= (functions.get(line.functionKey) ?? 0))
          .map((line) => {
            const [, pkg = '', name = ''] = line.functionKey.split(':');
            return { package: pkg, func_name: name, ...lineReply(line) };
          }),
        complete: page.complete,
        ...(page.cursor === null ? {} : { next_cursor: page.cursor }),
        ...unreachableField(page),
      };
    },
  };
}
