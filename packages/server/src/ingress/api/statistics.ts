import { formatUrn, type Qualifier } from '@funcgraph/api';
import type { Catalog } from '../../control/index.ts';
import type { Iam } from '../../iam/index.ts';
import { createdAt, functionKeyOf, resolve } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type MetricPoint, type MetricScope, RANKINGS, type TelemetryOfAll } from '../../telemetry/index.ts';
import type { Handlers } from '../http/handler.ts';
import { functionUrn } from './function-urn.ts';
import { lastMinutes, type MetricRange, requestedSteps } from './metric-steps.ts';
import { pageOf } from './page.ts';
import { pageSize, parseTime } from './time-range.ts';
import { unreachableField, withUnreachable } from './unreachable.ts';

export interface StatisticsDeps {
  readonly iam: Iam;
  readonly telemetryOfAll: TelemetryOfAll;
  /** Writes down gauges up to now. */
  readonly sample: () => Promise<void>;
  readonly clock: Clock;
  readonly region: string;
  readonly retainDays: number;
  readonly catalog: Catalog;
}

type Ids =
  | 'listStatistics'
  | 'listFunctionStatistics'
  | 'showFunctionMetrics'
  | 'showFuncReservedInstanceMetrics'
  | 'listFunctionAsMetric'
  | 'showMetrics'
  | 'showProjectMetrics';

const DAY_MINUTES = 1440;
const DAY_MS = DAY_MINUTES * 60_000;
const DEFAULT_PERIOD = '60';
/** Months of `option`: this one, the last one, the last three and six (this one included). */
const REPORTS: Readonly<Record<string, { months: number; take: number }>> = {
  '1': { months: 2, take: 1 },
  '2': { months: 3, take: 3 },
  '3': { months: 6, take: 6 },
};
const THIS_MONTH = { months: 1, take: 1 };

/** Metrics of functions; every answer includes all data recorded before the request. */
export function statisticsHandlers(deps: StatisticsDeps): Handlers<Ids> {
  const { telemetryOfAll, clock } = deps;
  const mostMinutes = deps.retainDays * DAY_MINUTES;
  const read = async ({ notBefore, scope }: Readable, range: MetricRange): Promise<Points> => {
    await deps.sample();
    return telemetryOfAll.series({ scope, ...range, notBefore });
  };
  const readProject = (projectId: string, range: MetricRange): Promise<Points> =>
    read({ scope: { kind: 'project', projectId }, notBefore: 0 }, range);
  const scopeOf = (params: { readonly project_id: string; readonly function_urn: string }): Readable => {
    const urn = functionUrn(params.function_urn, params.project_id);
    const functionKey = functionKeyOf(resolve(deps.catalog, urn));
    // an earlier function of the name may have been deleted while this server could not remove its metrics
    return { scope: qualifiedScope(functionKey, urn.qualifier), notBefore: createdAt(deps.catalog, urn) };
  };
  const period = (text: string): MetricRange => lastMinutes(text, clock.now(), mostMinutes);

  return {
    async listStatistics({ params, query }) {
      const projectId = params.project_id;
      if (query.filter === 'monthly_report') {
        const { months, take } = REPORTS[query.option ?? ''] ?? THIS_MONTH;
        const of = await telemetryOfAll.months(projectId, clock.now(), months);
        const used = of.months.slice(0, take);
        const report = {
          count: used.map(({ month, calls }) => ({ date: month, value: calls })),
          gbs: used.map(({ month, gbSeconds }) => ({ date: month, value: Math.round(gbSeconds * 1e6) / 1e6 })),
          gpu_gbs: used.map(({ month }) => ({ date: month, value: 0 })),
        };
        return withUnreachable(report, of);
      }
      const of = await readProject(projectId, period(query.period || DEFAULT_PERIOD));
      return withUnreachable({ statistics: statisticsOf(pagedPoints(of.points, query)) }, of);
    },

    async listFunctionStatistics({ params }) {
      const of = await read(scopeOf(params), period(params.period));
      return withUnreachable(statisticsOf(of.points), of);
    },

    async showFunctionMetrics({ params }) {
      const of = await read(scopeOf(params), period(params.period));
      const instance_num = series(of.points, ({ instances }) => instances);
      return withUnreachable({ ...statisticsOf(of.points), instance_num }, of);
    },

    async showFuncReservedInstanceMetrics({ params, query }) {
      const of = await read(scopeOf(params), period(DEFAULT_PERIOD));
      const points = pagedPoints(of.points, query);
      const numbers = {
        instanceNum: series(points, ({ instances }) => instances),
        reservedInstanceNum: series(points, ({ reserved }) => reserved),
      };
      return withUnreachable(numbers, of);
    },

    async listFunctionAsMetric({ params, query, caller, peer }) {
      const by = RANKINGS.find((ranking) => ranking === (query.type || 'failcount'));
      if (by === undefined) {
        throw new PlatformError('invalid_request', `type must be one of ${RANKINGS.join(', ')}`);
      }
      const to = momentOf(query.end_time, 'end_time') ?? clock.now() + 1;
      const from = momentOf(query.start_time, 'start_time') ?? Math.max(to - DAY_MS, 0);
      if (from > to) throw new PlatformError('invalid_request', 'start_time is after end_time');
      const limit = pageSize(query.limit, 10, 400);
      const of = await telemetryOfAll.rank({ projectId: params.project_id, by, from, to, limit });
      const { project_id: projectId } = params;
      const maySee = ({ functionKey }: { readonly functionKey: string }): boolean => {
        const [, pkg = '', name = ''] = functionKey.split(':');
        const fn = { package: pkg, name };
        return deps.iam.allows(caller, { action: 'functiongraph:function:listStatistics', projectId, fn, peer });
      };
      const values = of.ranked
        .filter(maySee)
        .map(({ functionKey, value }) => ({ key: urnOf(functionKey, deps.region), value }));
      return withUnreachable({ values, next_marker: values.length, count: values.length }, of);
    },

    async showMetrics({ params, query }) {
      const range = requestedSteps(query, clock.now());
      return seriesReply(range, await read(scopeOf(params), range));
    },

    async showProjectMetrics({ params, query }) {
      const range = requestedSteps(query, clock.now());
      return seriesReply(range, await readProject(params.project_id, range));
    },
  };
}

type Points = Awaited<ReturnType<TelemetryOfAll['series']>>;

interface Readable {
  readonly scope: MetricScope;
  /** When the function was created. */
  readonly notBefore: number;
}

function qualifiedScope(functionKey: string, qualifier: Qualifier | undefined): MetricScope {
  if (qualifier === undefined) return { kind: 'function', functionKey };
  return qualifier.kind === 'alias'
    ? { kind: 'alias', functionKey, alias: qualifier.name }
    : { kind: 'version', functionKey, version: qualifier.name };
}

interface WirePoint {
  timestamp: number;
  value: number;
}

function series(points: readonly MetricPoint[], pick: (point: MetricPoint) => number): WirePoint[] {
  return points.map((point) => ({ timestamp: point.time, value: pick(point) }));
}

function statisticsOf(points: readonly MetricPoint[]) {
  return {
    count: series(points, ({ count }) => count),
    duration: series(points, ({ averageMs }) => averageMs),
    fail_count: series(points, ({ failed }) => failed),
    max_duration: series(points, ({ maxMs }) => maxMs),
    min_duration: series(points, ({ minMs }) => minMs),
    reject_count: series(points, ({ rejected }) => rejected),
    function_error_count: series(points, ({ causes }) => functionErrors(causes)),
    system_error_count: series(points, ({ causes }) => causes.system),
    reserved_instance_num: series(points, ({ reserved }) => reserved),
    concurrency_num: series(points, ({ concurrency }) => concurrency),
  };
}

function functionErrors({ init, load, timeout, memory, disk, code }: MetricPoint['causes']): number {
  return init + load + timeout + memory + disk + code;
}

function pagedPoints(
  points: readonly MetricPoint[],
  { limit, marker }: { readonly limit?: string | undefined; readonly marker?: string | undefined },
): readonly MetricPoint[] {
  const size = pageSize(limit, 100, 500);
  if (marker !== undefined && !/^\d{0,9}$/.test(marker)) {
    throw new PlatformError('invalid_request', 'marker must be the number of points to leave out');
  }
  return pageOf(points, { marker: marker === '' ? undefined : marker, requested: String(size), most: size }).items;
}

/** Seconds or milliseconds since the epoch, or a time as text. */
function momentOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  if (/^\d{11,14}$/.test(text)) return Number(text);
  return parseTime(text, field);
}

function urnOf(functionKey: string, region: string): string {
  const [projectId = '', pkg = '', name = ''] = functionKey.split(':');
  return formatUrn({ region, projectId, package: pkg, name });
}

function seriesReply({ stepMs }: MetricRange, { points, unreachable }: Points) {
  return {
    step: stepMs / 1000,
    ...unreachableField({ unreachable }),
    points: points.map((point) => ({
      time: new Date(point.time).toISOString(),
      count: point.count,
      failed: point.failed,
      rejected: point.rejected,
      cold: point.cold,
      causes: { ...point.causes },
      duration_ms: point.averageMs,
      max_ms: point.maxMs,
      min_ms: point.minMs,
      p50_ms: point.p50Ms,
      p95_ms: point.p95Ms,
      p99_ms: point.p99Ms,
      gb_seconds: point.gbSeconds,
      concurrency: point.concurrency,
      reserved_instances: point.reserved,
      instances: point.instances,
    })),
  };
}
