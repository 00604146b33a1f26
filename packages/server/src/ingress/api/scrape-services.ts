import type { Flows, RunService } from '../../flows/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AlarmFigures, StreamRecords } from '../../services/index.ts';
import type { Exposition, Sample } from '../../telemetry/index.ts';
import type { StreamLags } from '../../triggers/index.ts';

export interface ServiceScrapeDeps {
  readonly flows: Pick<Flows, 'namesOf'>;
  readonly runs: Pick<RunService, 'totals'>;
  readonly alarmFigures: () => Promise<AlarmFigures>;
  readonly streamRecords: Pick<StreamRecords, 'figures'>;
  readonly streamLags: Pick<StreamLags, 'first'>;
  /** Undefined: the gateway has none. */
  readonly accessLog: { readonly dropped: number } | undefined;
}

/** Triggers of streams and logs: each takes some queries and a time series. */
const MOST_LAGS = 100;

/** Runs of flows, by their present names: those of deleted flows are left out. */
export async function writeFlows(text: Exposition, { flows, runs }: ServiceScrapeDeps): Promise<void> {
  const totals = runs.totals();
  const names = await unlessUnavailable(flows.namesOf(totals.map(({ flowId }) => flowId)));
  if (names === undefined) return;
  const known = totals.flatMap((sums) => {
    const flow = sums.flowId === '' ? 'other' : names.get(sums.flowId);
    return flow === undefined ? [] : [{ ...sums, labels: { project: sums.projectId, flow } }];
  });
  const started = known.map((sums): Sample => [sums.labels, sums.started]);
  const results = known.flatMap((sums): Sample[] => [
    [{ ...sums.labels, result: 'success' }, sums.succeeded],
    [{ ...sums.labels, result: 'failed' }, sums.failed],
    [{ ...sums.labels, result: 'rejected' }, sums.rejected],
  ]);
  const seconds = known.map((sums): Sample => [sums.labels, sums.durationMs / 1000]);
  text.counter('funcgraph_flow_runs_started_total', 'Runs of flows that began.', started);
  text.counter('funcgraph_flow_runs_total', 'Runs of flows by result.', results);
  text.counter('funcgraph_flow_duration_seconds_total', 'From begin to end of runs.', seconds);
}

export function writeGateway(text: Exposition, { accessLog }: ServiceScrapeDeps): void {
  if (accessLog === undefined) return;
  const help = 'Lines of the access log that could not be written.';
  text.counter('funcgraph_gateway_access_log_dropped_total', help, accessLog.dropped);
}

export async function writeAlarms(text: Exposition, { alarmFigures }: ServiceScrapeDeps): Promise<void> {
  const figures = await unlessUnavailable(alarmFigures());
  if (figures === undefined) return;
  const byState = (counts: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(counts).map(([state, count]): Sample => [{ state }, count]);
  text.gauge('funcgraph_alarm_rules', 'Rules of alarms by state.', byState(figures.rules));
  text.counter('funcgraph_alarm_changes_total', 'Changes to a state that this server found.', byState(figures.changes));
  text.counter('funcgraph_alarm_failed_notices_total', 'Messages that could not be published.', figures.failedNotices);
  text.gauge('funcgraph_alarm_evaluation_seconds', 'Length of the last evaluation.', figures.evaluationMs / 1000);
}

export async function writeStreams(text: Exposition, { streamRecords, streamLags }: ServiceScrapeDeps): Promise<void> {
  const { records, bytes, throttled } = streamRecords.figures();
  text.counter('funcgraph_stream_records_total', 'Records of streams that this server stored.', records);
  text.counter('funcgraph_stream_record_bytes_total', 'Bytes of their data and keys.', bytes);
  text.counter('funcgraph_stream_throttled_puts_total', 'Puts refused because too many records waited.', throttled);
  const lags = await unlessUnavailable(streamLags.first(MOST_LAGS));
  if (lags === undefined) return;
  const samplesOf = (isOfLog: boolean): Sample[] =>
    lags
      .filter(({ trigger }) => (trigger.settings.kind === 'LTS') === isOfLog)
      .map(({ trigger, lag }): Sample => [trigger.labels, lag]);
  text.gauge('funcgraph_stream_lag_records', 'Records that a trigger of a stream did not run yet.', samplesOf(false));
  text.gauge(
    'funcgraph_log_lag_lines',
    'Log lines of this server of which a trigger made no event yet.',
    samplesOf(true),
  );
}

/** Monitoring must see everything else while the database is unavailable. */
function unlessUnavailable<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof PlatformError && error.code === 'unavailable') return undefined;
    throw error;
  });
}
