import { SeverityNumber } from '@opentelemetry/api';
import type { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { parentOf } from '../../domain/traceparent.ts';
import type { LogLevel, LogLine } from '../types.ts';
import { hrTime, type Resources, SCOPE } from './resources.ts';
import { traceIdOf } from './trace-ids.ts';

type LogRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

const SEVERITY: Readonly<Record<LogLevel, SeverityNumber>> = {
  DEBUG: SeverityNumber.DEBUG,
  INFO: SeverityNumber.INFO,
  WARN: SeverityNumber.WARN,
  ERROR: SeverityNumber.ERROR,
};
/** Requests whose trace is remembered for their lines: more than run at once. */
const MAX_TRACES = 10_000;

/** Traces that callers have begun: of the lines of such a request, only the platform's first one names it. */
export class CallerTraces {
  readonly #traceIds = new Map<string, string>();

  note({ requestId, traceparent }: Pick<LogLine, 'requestId' | 'traceparent'>): void {
    const begun = parentOf(traceparent)?.traceId;
    if (begun === undefined) return;
    this.#traceIds.set(requestId, begun);
    const [oldest] = this.#traceIds.keys();
    if (this.#traceIds.size > MAX_TRACES && oldest !== undefined) this.#traceIds.delete(oldest);
  }

  of(requestId: string): string {
    return this.#traceIds.get(requestId) ?? traceIdOf(requestId);
  }
}

export function logRecordOf(line: LogLine, resources: Resources, traces: CallerTraces): LogRecord {
  const { time, level, message, requestId, instanceId } = line;
  const context = requestId === '' ? undefined : { traceId: traces.of(requestId), spanId: '', traceFlags: 0 };
  return {
    hrTime: hrTime(time),
    hrTimeObserved: hrTime(time),
    severityNumber: SEVERITY[level],
    severityText: level,
    body: message,
    ...(context === undefined ? {} : { spanContext: context }),
    attributes: {
      ...(requestId === '' ? {} : { 'faas.invocation_id': requestId }),
      ...(instanceId === '' ? {} : { 'faas.instance': instanceId }),
    },
    resource: resources.of(line),
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
  };
}
