export type { InvocationRecords } from './invocation-records.ts';
export type { LogStore } from './log-store.ts';
export { openTelemetry, type Telemetry, type TelemetryOptions } from './open.ts';
export type {
  InvocationMode,
  InvocationRecord,
  LogFilter,
  LogLevel,
  LogLine,
  LogPage,
  LogQuery,
  RecordPage,
  RecordQuery,
} from './types.ts';
