import { CAUSES } from '@funcgraph/api/causes';
import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { countUpTo } from '../metrics/histogram.ts';
import type { Gauges, Rollup } from '../metrics/rollup.ts';
import { BOUNDS_MS, OTHER_FUNCTIONS } from '../metrics/since-start.ts';
import { hrTime, Resources, SCOPE, type ServerFacts } from './resources.ts';

/** Ms since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface FunctionState {
  readonly functionKey: string;
  /** Since the start; undefined before the first call. */
  readonly sums: Rollup | undefined;
  /** Peaks of the last minute; undefined when nothing ran in it. */
  readonly gauges: Gauges | undefined;
}

/** One request with the metrics of all functions. Sums are since the start: a lost request loses no call. */
export function encodeMetrics(functions: readonly FunctionState[], time: Span, server: ServerFacts): Uint8Array {
  const resources = new Resources(server);
  const messages = functions.map(({ functionKey, sums, gauges }) => {
    const named = functionKey === OTHER_FUNCTIONS ? '::other' : functionKey;
    const resource = resources.of({ functionKey: named, version: '' });
    const at = { startTime: hrTime(time.from), endTime: hrTime(time.to) };
    const metrics = [
      ...(sums === undefined ? [] : sumsOf(sums, at)),
      ...(gauges === undefined ? [] : gaugesOf(gauges, at)),
    ];
    const bytes = ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics: [{ scope: SCOPE, metrics }] });
    return bytes ?? new Uint8Array();
  });
  // messages whose fields are lists are joined by joining their bytes
  return Buffer.concat(messages);
}

interface At {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function sumsOf(sums: Rollup, at: At): MetricData[] {
  const { count, failed, rejected, cold, causes, gbSeconds } = sums;
  const byCause = CAUSES.filter((cause) => causes[cause] > 0).map((cause) => [{ cause }, causes[cause]] as const);
  return [
    counter('faas.invocations', '{invocation}', [[{}, count - failed - rejected]], at),
    counter('faas.errors', '{error}', [[{}, failed]], at),
    counter('faas.coldstarts', '{coldstart}', [[{}, cold]], at),
    counter('funcgraph.rejected', '{invocation}', [[{}, rejected]], at),
    counter('funcgraph.failures', '{invocation}', byCause, at),
    counter('funcgraph.memory_time', 'GBy.s', [[{}, gbSeconds]], at, ValueType.DOUBLE),
    durations(sums, at),
  ];
}

function gaugesOf({ concurrency, instances, reserved }: Gauges, at: At): MetricData[] {
  return [
    gauge('funcgraph.concurrency', '{invocation}', concurrency, at),
    gauge('funcgraph.instances', '{instance}', instances, at),
    gauge('funcgraph.reserved_instances', '{instance}', reserved, at),
  ];
}

type Points = ReadonlyArray<readonly [attributes: Attributes, value: number]>;

function counter(name: string, unit: string, points: Points, at: At, valueType = ValueType.INT): MetricData {
  return {
    descriptor: { name, unit, description: '', valueType },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: points.map(([attributes, value]) => ({ ...at, attributes, value })),
  };
}

function gauge(name: string, unit: string, value: number, at: At): MetricData {
  return {
    descriptor: { name, unit, description: '', valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints: [{ ...at, attributes: {}, value }],
  };
}

function durations({ histogram, ran, durationMs, minMs, maxMs }: Rollup, at: At): MetricData {
  const upTo = [...BOUNDS_MS.map((ms) => countUpTo(histogram, ms)), ran];
  const value = {
    buckets: { boundaries: BOUNDS_MS.map((ms) => ms / 1000), counts: upTo.map((n, at) => n - (upTo[at - 1] ?? 0)) },
    ...{ count: ran, sum: durationMs / 1000 },
    ...(ran === 0 ? {} : { min: minMs / 1000, max: maxMs / 1000 }),
  };
  return {
    descriptor: { name: 'faas.invoke_duration', unit: 's', description: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [{ ...at, attributes: {}, value }],
  };
}
