import type { InvocationRecord, LogLine } from './types.ts';

/** A log line with defaults for all other fields. */
export function logLine(more: Partial<LogLine> & Pick<LogLine, 'time'>): LogLine {
  return {
    functionKey: 'p1/f',
    version: 'latest',
    requestId: 'r1',
    instanceId: 'i1',
    level: 'INFO',
    message: '',
    ...more,
  };
}

/** A successful warm call, changed by `more`. */
export function invocationRecord(
  more: Partial<InvocationRecord> & Pick<InvocationRecord, 'startedAt'>,
): InvocationRecord {
  return {
    requestId: 'r1',
    functionKey: 'p1/f',
    functionUrn: 'urn:fss:local:p1:function:default:f:latest',
    version: 'latest',
    alias: null,
    instanceId: 'i1',
    mode: 'sync',
    attempt: 1,
    finishedAt: more.startedAt + 5,
    outcome: 'ok',
    code: null,
    component: null,
    cold: false,
    queueMs: 0.1,
    sandboxMs: 0,
    bootMs: 0,
    loadMs: 0,
    initMs: 0,
    handlerMs: 4.5,
    totalMs: 5,
    cpuMs: 3,
    peakMemoryBytes: 30_000_000,
    memoryMb: 128,
    responseBytes: 42,
    ...more,
  };
}
