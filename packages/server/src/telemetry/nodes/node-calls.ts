import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { RankRow } from '../metrics/series.ts';
import type { MetricQuery, MonthUsage, RankQuery } from '../metrics/types.ts';
import type { EachQuery } from '../search-each.ts';
import type { InvocationRecord, LogFilter, LogLine, LogQuery, RecordQuery } from '../types.ts';

/**
 * A question of one server to another one. The server that got it from a client has judged the caller: the function or
 * project that it names is all that the answer may contain.
 */
export type NodeCall =
  | { readonly op: 'lines'; readonly query: LogQuery }
  | { readonly op: 'each'; readonly query: Omit<EachQuery, 'cursor'>; readonly budgetMs: number }
  | { readonly op: 'attempts'; readonly projectId: string; readonly requestId: string }
  | { readonly op: 'records'; readonly query: RecordQuery }
  | { readonly op: 'steps'; readonly query: MetricQuery }
  | { readonly op: 'ranks'; readonly query: Omit<RankQuery, 'by' | 'limit'> }
  | { readonly op: 'months'; readonly projectId: string; readonly now: number; readonly months: number };

const Count = Type.Number({ minimum: 0 });
const Text = Type.String({ maxLength: 1024 });
const Level = Type.Union([Type.Literal('DEBUG'), Type.Literal('INFO'), Type.Literal('WARN'), Type.Literal('ERROR')]);

const Line = Type.Object({
  time: Count,
  functionKey: Text,
  version: Text,
  requestId: Text,
  instanceId: Text,
  level: Level,
  message: Type.String({ maxLength: 100 * 1024 }),
});

const Place = Type.String({ maxLength: 256 });
const Next = Type.Union([Place, Type.Null()]);

const InvocationRecordSchema = Type.Object({
  ...{ requestId: Text, functionKey: Text, functionUrn: Text, version: Text },
  ...{ alias: Type.Union([Text, Type.Null()]), instanceId: Type.Union([Text, Type.Null()]) },
  ...{ mode: Text, attempt: Count, startedAt: Count, finishedAt: Count, outcome: Text },
  ...{ code: Type.Union([Text, Type.Null()]), component: Type.Union([Text, Type.Null()]), cold: Type.Boolean() },
  reserved: Type.Optional(Type.Boolean()),
  ...{ queueMs: Type.Number(), sandboxMs: Type.Number(), bootMs: Type.Number(), loadMs: Type.Number() },
  ...{ initMs: Type.Number(), handlerMs: Type.Number(), totalMs: Type.Number() },
  cpuMs: Type.Union([Type.Number(), Type.Null()]),
  isCpuShared: Type.Optional(Type.Boolean()),
  peakMemoryBytes: Type.Union([Type.Number(), Type.Null()]),
  ...{ memoryMb: Type.Number(), responseBytes: Type.Number() },
  ...{ receivedBy: Type.Optional(Text), ranOn: Type.Optional(Text) },
  hopMs: Type.Optional(Type.Number({ minimum: 0 })),
});

const Causes = Type.Object({
  ...{ init: Count, load: Count, system: Count, timeout: Count, memory: Count, disk: Count, code: Count },
});

const Step = Type.Object({
  /** From 0, of the steps of the query: steps without calls and instances are left out. */
  at: Type.Integer({ minimum: 0 }),
  ...{ count: Count, failed: Count, rejected: Count, cold: Count, ran: Count, durationMs: Count, maxMs: Count },
  ...{ minMs: Type.Union([Count, Type.Null()]), gbSeconds: Count, causes: Causes },
  histogram: Type.Array(Type.Tuple([Type.Integer(), Count]), { maxItems: 1000 }),
  ...{ concurrency: Count, reserved: Count, instances: Count },
});
export type WireStep = Static<typeof Step>;

const Rank = Type.Object({
  ...{ key: Text, calls: Count, failed: Count, rejected: Count, ran: Count, duration_ms: Count, max_ms: Count },
  min_ms: Type.Union([Count, Type.Null()]),
});

const Lines = Type.Object({
  ...{ lines: Type.Array(Line, { maxItems: 5000 }), places: Type.Array(Place, { maxItems: 5000 }), cursor: Next },
  ...{ complete: Type.Boolean(), byWords: Type.Boolean() },
});
const Each = Type.Object({
  ...{ lines: Type.Array(Line, { maxItems: 5000 }), complete: Type.Boolean() },
  /** Lines were left out behind the last one, because together they are too long. */
  cut: Type.Boolean(),
});
const Records = Type.Object({
  records: Type.Array(InvocationRecordSchema, { maxItems: 1000 }),
  ...{ places: Type.Array(Place, { maxItems: 1000 }), cursor: Next },
});
const Month = Type.Object({ month: Type.String({ maxLength: 7 }), calls: Count, gbSeconds: Count });

/** What a server answers, by the operation. */
export interface NodeAnswers {
  readonly lines: {
    readonly lines: readonly LogLine[];
    readonly places: readonly string[];
    readonly cursor: string | null;
    readonly complete: boolean;
    readonly byWords: boolean;
  };
  readonly each: { readonly lines: readonly LogLine[]; readonly complete: boolean; readonly cut: boolean };
  readonly attempts: { readonly records: readonly InvocationRecord[] };
  readonly records: {
    readonly records: readonly InvocationRecord[];
    readonly places: readonly string[];
    readonly cursor: string | null;
  };
  readonly steps: { readonly steps: readonly WireStep[] };
  readonly ranks: { readonly rows: readonly RankRow[] };
  readonly months: { readonly months: readonly MonthUsage[] };
}

const ANSWERS = {
  lines: Compile(Lines),
  each: Compile(Each),
  attempts: Compile(Type.Object({ records: Type.Array(InvocationRecordSchema, { maxItems: 1000 }) })),
  records: Compile(Records),
  steps: Compile(Type.Object({ steps: Type.Array(Step, { maxItems: 1500 }) })),
  ranks: Compile(Type.Object({ rows: Type.Array(Rank, { maxItems: 100_000 }) })),
  months: Compile(Type.Object({ months: Type.Array(Month, { maxItems: 12 }) })),
};

/** Throws when the answer of another server is none to this call. */
export function checkedAnswer<Op extends NodeCall['op']>(op: Op, answer: unknown): NodeAnswers[Op] {
  if (!ANSWERS[op].Check(answer)) throw new Error(`the answer of another server to ${op} has an unknown form`);
  return answer as unknown as NodeAnswers[Op];
}

const isLine = Compile(Line);

/** Undefined for anything but a line of this function. */
export function lineOf(value: unknown, { functionKey }: LogFilter): LogLine | undefined {
  return isLine.Check(value) && value.functionKey === functionKey ? value : undefined;
}

const Filter = {
  functionKey: Text,
  requestId: Type.Optional(Text),
  instanceId: Type.Optional(Text),
  versions: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: 100 })),
  levels: Type.Optional(Type.Array(Level, { maxItems: 4 })),
};
const Range = { from: Type.Number(), to: Type.Number() };
const Limit = Type.Integer({ minimum: 1, maximum: 5000 });
const ranged = { ...Range, limit: Limit, keyword: Type.Optional(Text) };
const Scope = Type.Union([
  Type.Object({ kind: Type.Literal('project'), projectId: Text }),
  Type.Object({ kind: Type.Literal('function'), functionKey: Text }),
  Type.Object({ kind: Type.Literal('version'), functionKey: Text, version: Text }),
  Type.Object({ kind: Type.Literal('alias'), functionKey: Text, alias: Text }),
]);

const Call = Compile(
  Type.Union([
    Type.Object({
      op: Type.Literal('lines'),
      query: Type.Object({
        ...{ ...Filter, ...ranged, cursor: Type.Optional(Place), places: Type.Literal(true) },
        order: Type.Union([Type.Literal('asc'), Type.Literal('desc')]),
        byTime: Type.Optional(Type.Boolean()),
      }),
    }),
    Type.Object({
      op: Type.Literal('each'),
      query: Type.Object({ ...ranged, functionKeys: Type.Array(Text), levels: Filter.levels }),
      budgetMs: Type.Number({ minimum: 0, maximum: 10_000 }),
    }),
    Type.Object({ op: Type.Literal('attempts'), projectId: Text, requestId: Text }),
    Type.Object({
      op: Type.Literal('records'),
      query: Type.Object({
        ...{ functionKey: Text, ...Range, limit: Limit, cursor: Type.Optional(Place), places: Type.Literal(true) },
        ...{ outcome: Type.Optional(Text), version: Type.Optional(Text), alias: Type.Optional(Text) },
        ...{ result: Type.Optional(Text), cause: Type.Optional(Text), cold: Type.Optional(Type.Boolean()) },
        minDurationMs: Type.Optional(Type.Number()),
      }),
    }),
    Type.Object({
      op: Type.Literal('steps'),
      query: Type.Object({ ...Range, scope: Scope, stepMs: Type.Number(), notBefore: Type.Optional(Type.Number()) }),
    }),
    Type.Object({ op: Type.Literal('ranks'), query: Type.Object({ projectId: Text, ...Range }) }),
    Type.Object({
      ...{ op: Type.Literal('months'), projectId: Text, now: Type.Number() },
      months: Type.Integer({ minimum: 1, maximum: 12 }),
    }),
  ]),
);

/** Undefined for anything but a call. */
export function callOf(value: unknown): NodeCall | undefined {
  return Call.Check(value) ? (value as NodeCall) : undefined;
}

const isFilter = Compile(Type.Object(Filter));

export function filterOf(value: unknown): LogFilter | undefined {
  return isFilter.Check(value) ? (value as LogFilter) : undefined;
}
