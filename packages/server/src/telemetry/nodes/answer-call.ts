import type { Clock } from '../../lib/clock.ts';
import type { InvocationRecords } from '../invocation-records.ts';
import type { LogStore } from '../log-store.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { LogLine } from '../types.ts';
import type { NodeAnswers, NodeCall } from './node-calls.ts';
import { wireSteps } from './wire-steps.ts';

/** Of the messages in one answer, which has at least one line. */
const MAX_CHARS = 1024 * 1024;

/** What answers questions: the files of this server, or the copies of one that is gone. */
export interface QueriedTelemetry {
  readonly logs: Pick<LogStore, 'query' | 'findEach'>;
  readonly records: Pick<InvocationRecords, 'attempts' | 'list'>;
  readonly metrics: Pick<Metrics, 'steps' | 'rankRows' | 'months'>;
}

type Answer = NodeAnswers[NodeCall['op']];

/** What this server has to a call, for itself or for another server. Throws `telemetry.query` or `telemetry.cursor`. */
export async function answerCall(
  { logs, records, metrics }: QueriedTelemetry,
  clock: Clock,
  call: NodeCall,
): Promise<Answer> {
  switch (call.op) {
    case 'lines': {
      const {
        lines,
        places = [],
        cursor,
        complete,
        byWords = false,
      } = await logs.query({ ...call.query, places: true });
      const end = fitting(lines);
      const cut = { lines: lines.slice(0, end), places: places.slice(0, end) };
      return { ...cut, cursor: end < lines.length ? (places[end - 1] ?? null) : cursor, complete, byWords };
    }
    case 'each': {
      const until = clock.monotonic() + call.budgetMs;
      const { lines, complete } = await logs.findEach(call.query, () => clock.monotonic() > until);
      const end = fitting(lines);
      return { lines: lines.slice(0, end), complete, cut: end < lines.length };
    }
    case 'attempts': {
      const found = await records.attempts(call.requestId);
      return { records: found.filter(({ functionKey }) => functionKey.startsWith(`${call.projectId}:`)) };
    }
    case 'records': {
      const { records: found, places = [], cursor } = await records.list({ ...call.query, places: true });
      return { records: found, places, cursor };
    }
    case 'steps':
      return { steps: wireSteps(await metrics.steps(call.query)) };
    case 'ranks':
      return { rows: await metrics.rankRows(call.query) };
    case 'months':
      return { months: await metrics.months(call.projectId, call.now, call.months) };
  }
}

/** How many of the lines fit into an answer. */
function fitting(lines: readonly LogLine[]): number {
  let chars = 0;
  const end = lines.findIndex(({ message }, at) => {
    chars += message.length;
    return at > 0 && chars > MAX_CHARS;
  });
  return end < 0 ? lines.length : end;
}
