import type { InvocationRecord, LogLine } from './types.ts';

/** The platform's first line of an invocation. */
export function startText({ requestId, version }: Pick<InvocationRecord, 'requestId' | 'version'>): string {
  return `Start invoke request '${requestId}', version: ${version}`;
}

type FinishFacts = Pick<
  InvocationRecord,
  'requestId' | 'handlerMs' | 'initMs' | 'peakMemoryBytes' | 'memoryMb' | 'outcome' | 'code'
>;

/** The platform's last line of an invocation, in the format of public log samples. */
export function finishText(facts: FinishFacts): string {
  const { requestId, handlerMs, peakMemoryBytes, memoryMb, outcome, code } = facts;
  const memory = peakMemoryBytes === null ? '' : `, memory used: ${megabytes(peakMemoryBytes)}`;
  const result = outcome === 'ok' ? '' : `, result: ${outcome} (${code})`;
  return `Finish invoke request '${requestId}', duration: ${handlerMs.toFixed(3)}ms, billing duration: ${billedMs(facts)}ms${memory}, billing memory: ${memoryMb}MB${result}`;
}

/** Billed time: initializer and handler, rounded up to a millisecond. */
export function billedMs({ handlerMs, initMs }: Pick<InvocationRecord, 'handlerMs' | 'initMs'>): number {
  return Math.ceil(handlerMs + initMs);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(3)}MB`;
}

/** A line that is not stored, but made from the record of its invocation. */
export interface DerivedLine {
  readonly time: number;
  /** Position among the lines of its file. */
  readonly seq: number;
  readonly record: InvocationRecord;
  readonly isFirst: boolean;
}

/** The lines of a record whose positions begin at `seq`. */
export function derivedLines(record: InvocationRecord, seq: number): DerivedLine[] {
  const { startLineMs, finishLineMs } = record;
  const start = Math.floor(record.startedAt);
  const lines: DerivedLine[] = [];
  if (startLineMs !== undefined) lines.push({ time: start + startLineMs, seq, record, isFirst: true });
  if (finishLineMs !== undefined) lines.push({ time: start + finishLineMs, seq: seq + 1, record, isFirst: false });
  return lines;
}

export function textOf({ record, isFirst }: Pick<DerivedLine, 'record' | 'isFirst'>): string {
  return isFirst ? startText(record) : finishText(record);
}

export function lineOf(line: DerivedLine): LogLine {
  const { functionKey, version, requestId, instanceId, traceparent } = line.record;
  return {
    ...{ time: line.time, functionKey, version, requestId, instanceId: instanceId ?? '', level: 'INFO' },
    message: textOf(line),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
