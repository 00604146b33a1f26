export { type AlarmCondition, judge } from './alarms/judge.ts';
export { measure, statisticRefusal } from './alarms/measure.ts';
export {
  type AlarmComparison,
  type AlarmMetric,
  type AlarmMinute,
  type AlarmReading,
  type AlarmScope,
  type AlarmState,
  type AlarmStatistic,
  FLOW_ALARM_METRICS,
  FUNCTION_ALARM_METRICS,
  type FunctionMeasurement,
  type Measurement,
  type Values,
} from './alarms/types.ts';
export type { CopyPlace } from './copies/copy-calls.ts';
export { TelemetryCopies } from './copies/telemetry-copies.ts';
export type { LogStore } from './log-store.ts';
export { EXPOSITION_TYPE, Exposition, type Sample } from './metrics/exposition.ts';
export { GaugeSampler } from './metrics/gauge-sampler.ts';
export { MAX_POINTS } from './metrics/metrics.ts';
export { type Counter, type Peak, RunningCalls } from './metrics/running-calls.ts';
export { OTHER_FUNCTIONS } from './metrics/since-start.ts';
export { type FunctionTotals, type MetricPoint, type MetricScope, RANKINGS } from './metrics/types.ts';
export { openTelemetryDoor } from './nodes/telemetry-door.ts';
export { TelemetryOfAll } from './nodes/telemetry-of-all.ts';
export { openTelemetry, type Telemetry, type TelemetryOptions } from './open.ts';
export { billedMs, finishText, megabytes, startText } from './platform-lines.ts';
export { MAX_FIRST_LINE_MS } from './record-chunk.ts';
export type { ExportSettings } from './thread-calls.ts';
export type { InvocationRecord, LogLevel, LogLine, RecordQuery } from './types.ts';
