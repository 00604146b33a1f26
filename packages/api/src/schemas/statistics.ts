import { type Static, Type } from 'typebox';
import { UnreachableServers } from './common.ts';

/** One point: the beginning of its step in ms since the epoch, and the value. */
const Point = Type.Object({ timestamp: Type.Integer(), value: Type.Number() });
export const Points = Type.Array(Point);

/** Without gaps, oldest first. Durations are ms. */
export const FunctionStatistics = Type.Object({
  /** All requests, also failed and rejected ones. */
  count: Points,
  /** Average. */
  duration: Points,
  fail_count: Points,
  max_duration: Points,
  min_duration: Points,
  /** Refused because of a limit. */
  reject_count: Points,
  function_error_count: Points,
  system_error_count: Points,
  reserved_instance_num: Points,
  /** Most that ran at once. */
  concurrency_num: Points,
});
export type FunctionStatistics = Static<typeof FunctionStatistics>;

export const FunctionMetrics = Type.Object({ ...FunctionStatistics.properties, instance_num: Points });

export const ReservedInstanceMetrics = Type.Object({ instanceNum: Points, reservedInstanceNum: Points });

const MonthUsed = Type.Object({
  /** `YYYY-MM`, UTC. */
  date: Type.String(),
  value: Type.Number(),
});

/** Metrics, or the months, depending on `filter`. */
export const UsageStatistics = Type.Object({
  count: Type.Optional(Type.Array(MonthUsed)),
  gbs: Type.Optional(Type.Array(MonthUsed)),
  gpu_gbs: Type.Optional(Type.Array(MonthUsed)),
  statistics: Type.Optional(FunctionStatistics),
});

export const TopFunctions = Type.Object({
  values: Type.Array(
    Type.Object({
      /** URN of the function. */
      key: Type.String(),
      value: Type.Integer(),
    }),
  ),
  next_marker: Type.Integer(),
  count: Type.Integer(),
});

const MetricPoint = Type.Object({
  /** Begin of the step, RFC 3339. */
  time: Type.String(),
  count: Type.Integer(),
  failed: Type.Integer(),
  rejected: Type.Integer(),
  cold: Type.Integer(),
  /** Failures by cause. */
  causes: Type.Object({
    init: Type.Integer(),
    load: Type.Integer(),
    system: Type.Integer(),
    timeout: Type.Integer(),
    memory: Type.Integer(),
    disk: Type.Integer(),
    code: Type.Integer(),
  }),
  duration_ms: Type.Number(),
  max_ms: Type.Number(),
  min_ms: Type.Number(),
  /** To 5 %. */
  p50_ms: Type.Number(),
  p95_ms: Type.Number(),
  p99_ms: Type.Number(),
  gb_seconds: Type.Number(),
  concurrency: Type.Integer(),
  reserved_instances: Type.Integer(),
  instances: Type.Integer(),
});

export const MetricSeries = Type.Object({
  /** Length of a step in seconds. */
  step: Type.Integer(),
  points: Type.Array(MetricPoint),
  unreachable_servers: UnreachableServers,
});
