import type { InvocationRecord } from './types.ts';

/** Records of one chunk start, and have ids made, within such a span: a search knows how far a chunk may reach. */
export const START_SPAN_MS = 60_000;
export const ID_SPAN_MS = 5000;
/** Both for the platform's lines that are made from them: the first one is not stored for this long at most. */
export const LINE_SPAN_MS = 10_000;
export const MAX_FIRST_LINE_MS = 5000;
/** Most records of a chunk. */
export const MAX_CHUNK = 1000;

/** Fields by column. A text that repeats is stored once. */
interface Columns {
  /** Fields with one value for all records. */
  readonly same: Readonly<Record<string, unknown>>;
  readonly few: Readonly<Record<string, Few>>;
  readonly each: Readonly<Record<string, readonly unknown[]>>;
}

interface Few {
  readonly values: readonly unknown[];
  /** By record, the index of its value. */
  readonly at: readonly number[];
}

/** Records of one function that ended in one batch. */
export interface RecordChunk {
  readonly functionKey: string;
  readonly count: number;
  /** Minute in which they started. */
  readonly minute: number;
  readonly columns: Columns;
}

const EACH = [
  'requestId',
  'startedAt',
  'attempt',
  'queueMs',
  'sandboxMs',
  'bootMs',
  'loadMs',
  'initMs',
  'handlerMs',
  'totalMs',
  'cpuMs',
  'peakMemoryBytes',
  'memoryMb',
  'responseBytes',
  'cold',
] as const satisfies ReadonlyArray<keyof InvocationRecord>;
const FEW = [
  'functionUrn',
  'version',
  'alias',
  'instanceId',
  'mode',
  'outcome',
  'code',
  'component',
] as const satisfies ReadonlyArray<keyof InvocationRecord>;
/** Absent in most records; the end is the start and the handler's time unless it is stored. */
const OPTIONAL = [
  'reserved',
  'isCpuShared',
  'receivedBy',
  'ranOn',
  'hopMs',
  'traceparent',
  'isUntraced',
  'finishedAt',
  'depth',
  'startLineMs',
  'finishLineMs',
] as const satisfies ReadonlyArray<keyof InvocationRecord>;

/** The time at which a request id was made; undefined for ids that do not begin with it. */
export function timeOfId(requestId: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/.test(requestId)) return undefined;
  return Number.parseInt(requestId.slice(0, 8) + requestId.slice(9, 13), 16);
}

/** Packs records by function and time, in their order. */
export function packRecords(records: readonly InvocationRecord[]): RecordChunk[] {
  const groups = new Map<string, InvocationRecord[]>();
  for (const record of records) {
    const key = groupOf(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups.values()].flatMap(parts).map(packGroup);
}

export function unpackRecords({ functionKey, count, columns }: RecordChunk): InvocationRecord[] {
  const column = <Name extends keyof InvocationRecord>(name: Name): ((at: number) => InvocationRecord[Name]) =>
    readerOf(columns, name) as (at: number) => InvocationRecord[Name];
  // a literal has a faster form than an object that gets its fields by name
  const required = {
    requestId: column('requestId'),
    functionUrn: column('functionUrn'),
    version: column('version'),
    alias: column('alias'),
    instanceId: column('instanceId'),
    mode: column('mode'),
    attempt: column('attempt'),
    startedAt: column('startedAt'),
    outcome: column('outcome'),
    code: column('code'),
    component: column('component'),
    cold: column('cold'),
    queueMs: column('queueMs'),
    sandboxMs: column('sandboxMs'),
    bootMs: column('bootMs'),
    loadMs: column('loadMs'),
    initMs: column('initMs'),
    handlerMs: column('handlerMs'),
    totalMs: column('totalMs'),
    cpuMs: column('cpuMs'),
    peakMemoryBytes: column('peakMemoryBytes'),
    memoryMb: column('memoryMb'),
    responseBytes: column('responseBytes'),
  };
  const optional = OPTIONAL.map((name) => [name, readerOf(columns, name)] as const).filter(
    ([name]) => name in columns.same || name in columns.each,
  );
  return Array.from({ length: count }, (_, at) => {
    const record: Writable<InvocationRecord> = {
      functionKey,
      requestId: required.requestId(at),
      functionUrn: required.functionUrn(at),
      version: required.version(at),
      alias: required.alias(at),
      instanceId: required.instanceId(at),
      mode: required.mode(at),
      attempt: required.attempt(at),
      startedAt: required.startedAt(at),
      finishedAt: required.startedAt(at) + required.handlerMs(at),
      outcome: required.outcome(at),
      code: required.code(at),
      component: required.component(at),
      cold: required.cold(at),
      queueMs: required.queueMs(at),
      sandboxMs: required.sandboxMs(at),
      bootMs: required.bootMs(at),
      loadMs: required.loadMs(at),
      initMs: required.initMs(at),
      handlerMs: required.handlerMs(at),
      totalMs: required.totalMs(at),
      cpuMs: required.cpuMs(at),
      peakMemoryBytes: required.peakMemoryBytes(at),
      memoryMb: required.memoryMb(at),
      responseBytes: required.responseBytes(at),
    };
    for (const [name, read] of optional) {
      const value = read(at);
      // JSON has no undefined
      if (value !== null) (record as unknown as Record<string, unknown>)[name] = value;
    }
    return record;
  });
}

/** Sets the way of records, by their places in the chunk. */
export function withHops(chunk: RecordChunk, ms: ReadonlyMap<number, number>): RecordChunk {
  const { each, ...columns } = chunk.columns;
  const before = each.hopMs;
  const hopMs = Array.from({ length: chunk.count }, (_, at) => ms.get(at) ?? before?.[at] ?? null);
  return { ...chunk, columns: { ...columns, each: { ...each, hopMs } } };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function readerOf({ same, few, each }: Columns, name: string): (at: number) => unknown {
  const [all, some] = [each[name], few[name]];
  if (all !== undefined) return (at) => all[at];
  if (some !== undefined) return (at) => some.values[some.at[at] ?? 0];
  const value = same[name];
  return () => value;
}

/** A time within the span in which the records started. */
export function startOf({ minute }: RecordChunk): number {
  return minute * START_SPAN_MS;
}

function groupOf({ functionKey, startedAt, requestId, finishLineMs }: InvocationRecord): string {
  const idTime = timeOfId(requestId);
  const made = idTime === undefined ? '' : Math.floor(idTime / ID_SPAN_MS);
  const ended = finishLineMs === undefined ? '' : Math.floor((startedAt + finishLineMs) / MAX_FIRST_LINE_MS);
  return `${functionKey}\n${Math.floor(startedAt / START_SPAN_MS)}\n${made}\n${ended}`;
}

function parts(records: readonly InvocationRecord[]): (readonly InvocationRecord[])[] {
  if (records.length <= MAX_CHUNK) return [records];
  return [records.slice(0, MAX_CHUNK), ...parts(records.slice(MAX_CHUNK))];
}

function packGroup(records: readonly InvocationRecord[]): RecordChunk {
  const same: Record<string, unknown> = {};
  const few: Record<string, Few> = {};
  const each: Record<string, unknown[]> = {};
  const [first] = records as [InvocationRecord];
  for (const name of EACH) {
    const value = first[name];
    if (records.every((record) => record[name] === value)) same[name] = value;
    else each[name] = records.map((record) => record[name]);
  }
  for (const name of FEW) {
    const value = first[name];
    if (records.every((record) => record[name] === value)) same[name] = value;
    else few[name] = fewOf(records.map((record) => record[name]));
  }
  for (const name of OPTIONAL) {
    const values = records.map((record) => optional(name, record));
    if (values.some((value) => value !== values[0])) each[name] = values;
    else if (values[0] !== null) same[name] = values[0];
  }
  const minute = Math.floor(first.startedAt / START_SPAN_MS);
  return { functionKey: first.functionKey, count: records.length, minute, columns: { same, few, each } };
}

function fewOf(all: readonly unknown[]): Few {
  const index = new Map<unknown, number>();
  const at = all.map((value) => {
    const known = index.get(value);
    if (known !== undefined) return known;
    index.set(value, index.size);
    return index.size - 1;
  });
  return { values: [...index.keys()], at };
}

function optional(name: (typeof OPTIONAL)[number], record: InvocationRecord): unknown {
  if (name === 'finishedAt' && record.finishedAt === record.startedAt + record.handlerMs) return null;
  return record[name] ?? null;
}
