import type { AlarmMinute, AlarmReading, FunctionMeasurement, Values } from './alarms/types.ts';
import type { MadePiece, MadeUsage } from './copies/piece-maker.ts';
import type { ServerFacts } from './export/resources.ts';
import type { ExportFacts, OtlpTarget } from './export/types.ts';
import type { LinesAfter, LinesAfterQuery } from './lines-after.ts';
import type { MetricStep, RankRow } from './metrics/series.ts';
import type { GaugeSample, MetricPoint, MetricQuery, MonthUsage, Ranked, RankQuery, Totals } from './metrics/types.ts';
import type { RecordChunk } from './record-chunk.ts';
import type { HopOfRecord, InvocationRecord, LogLine, LogPage, LogQuery, RecordPage, RecordQuery } from './types.ts';

/** Calls of the telemetry thread. `now` is the time by the server's clock. */
export type TelemetryCall =
  | { readonly op: 'lines'; readonly lines: readonly LogLine[]; readonly now: number }
  | { readonly op: 'records'; readonly chunks: readonly RecordChunk[]; readonly now: number }
  /** Of records that were written lately. */
  | { readonly op: 'hops'; readonly hops: readonly HopOfRecord[] }
  | { readonly op: 'search'; readonly query: LogQuery }
  | { readonly op: 'lines-after'; readonly query: LinesAfterQuery }
  | { readonly op: 'count-after'; readonly query: Omit<LinesAfterQuery, 'limit'> }
  | { readonly op: 'attempts'; readonly requestId: string }
  | { readonly op: 'list'; readonly query: RecordQuery }
  | { readonly op: 'series'; readonly query: MetricQuery }
  | { readonly op: 'rank'; readonly query: RankQuery }
  /** Like `series` and `rank`, as sums to which those of other servers are added. */
  | { readonly op: 'steps'; readonly query: MetricQuery }
  | { readonly op: 'rank-rows'; readonly query: Omit<RankQuery, 'by' | 'limit'> }
  | { readonly op: 'months'; readonly projectId: string; readonly now: number; readonly months: number }
  | { readonly op: 'totals' }
  | { readonly op: 'export-facts' }
  | { readonly op: 'measure'; readonly measurements: readonly FunctionMeasurement[] }
  | { readonly op: 'alarm-minutes'; readonly readings: readonly AlarmReading[] }
  | { readonly op: 'forget-metrics'; readonly functionKey: string }
  | { readonly op: 'gauges'; readonly samples: readonly GaugeSample[]; readonly now: number }
  /** The next piece that a place does not have; only with `copyDir`. */
  | { readonly op: 'piece'; readonly place: string; readonly now: number }
  | { readonly op: 'piece-copied'; readonly place: string; readonly piece: MadePiece }
  | { readonly op: 'usage-copy' }
  | { readonly op: 'prune'; readonly now: number }
  /** Enforces the size limits; answers like `prune`. */
  | { readonly op: 'limit'; readonly now: number };

export type TelemetryResult =
  | { readonly op: 'done' }
  | { readonly op: 'search'; readonly page: LogPage }
  | { readonly op: 'lines-after'; readonly found: LinesAfter }
  | { readonly op: 'count-after'; readonly count: number }
  | { readonly op: 'attempts'; readonly records: readonly InvocationRecord[] }
  | { readonly op: 'list'; readonly page: RecordPage }
  | { readonly op: 'series'; readonly points: readonly MetricPoint[] }
  | { readonly op: 'rank'; readonly ranked: readonly Ranked[] }
  | { readonly op: 'steps'; readonly steps: readonly MetricStep[] }
  | { readonly op: 'rank-rows'; readonly rows: readonly RankRow[] }
  | { readonly op: 'months'; readonly months: readonly MonthUsage[] }
  | { readonly op: 'piece'; readonly piece: MadePiece | undefined }
  | { readonly op: 'usage-copy'; readonly usage: MadeUsage }
  | { readonly op: 'totals'; readonly totals: Totals }
  | { readonly op: 'export-facts'; readonly facts: ExportFacts | undefined }
  | { readonly op: 'measure'; readonly values: readonly Values[] }
  | { readonly op: 'alarm-minutes'; readonly minutes: ReadonlyArray<readonly AlarmMinute[]> }
  | {
      readonly op: 'prune';
      readonly dropped: readonly string[];
      /** New names of damaged files. */
      readonly setAside: readonly string[];
    };

export interface LogLimits {
  /** All files of logs, receipts and metrics. */
  readonly totalBytes: number;
  /** Log lines of one project. */
  readonly projectBytes: number;
}

export interface TelemetryThreadData {
  readonly dir: string;
  readonly retainDays: number;
  readonly limits: LogLimits;
  /** How long one search may block writes. */
  readonly searchBudgetMs: number;
  /** Where files that are copied to other servers are made. Undefined: nothing is copied. */
  readonly copyDir: string | undefined;
  /** Undefined: nothing is exported. */
  readonly export: ExportSettings | undefined;
}

/** Where telemetry also goes, and who sends it. */
export interface ExportSettings {
  readonly target: OtlpTarget;
  readonly server: ServerFacts;
}
