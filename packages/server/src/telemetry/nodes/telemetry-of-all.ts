import type { ClusterNode, Nodes } from '../../cluster/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { TelemetryError } from '../errors.ts';
import { ranked } from '../metrics/series.ts';
import type { MetricPoint, MetricQuery, MonthUsage, Ranked, RankQuery } from '../metrics/types.ts';
import type { Telemetry } from '../open.ts';
import { type EachPage, type EachQuery, newestFirst, pageOfEach } from '../search-each.ts';
import type { InvocationRecord, LogFilter, LogLine, LogPage, LogQuery, RecordPage, RecordQuery } from '../types.ts';
import { answerCall } from './answer-call.ts';
import { askNode, type Connections } from './ask-nodes.ts';
import { mergePages, type Position, type SourcePage } from './merge-pages.ts';
import type { NodeAnswers, NodeCall } from './node-calls.ts';
import { decodeNodesCursor, encodeNodesCursor, isNodesCursor } from './nodes-cursor.ts';
import { RemoteTails } from './remote-tails.ts';
import { addedPoints } from './wire-steps.ts';

export interface TelemetryOfAllOptions {
  readonly local: Pick<Telemetry, 'logs' | 'records' | 'metrics'>;
  readonly nodes: Nodes;
  /** Undefined on a server without an address for others. */
  readonly connections: Connections | undefined;
  readonly clock: Clock;
  /** Another server gave no answer, or none that could be used. */
  readonly onUnreachable: (node: ClusterNode, error: unknown) => void;
}

/** Something is missing in the answer: these servers could not be asked. Names for people. */
export interface Unreachable {
  readonly unreachable: readonly string[];
}

type Answered<Op extends NodeCall['op']> = Unreachable & { readonly answers: readonly NodeAnswers[Op][] };

interface Paging<Op extends 'lines' | 'records', Item> {
  readonly query: { readonly limit: number; readonly cursor?: string };
  readonly call: (cursor: { readonly cursor?: string }) => NodeCall & { readonly op: Op };
  readonly itemsOf: (answer: NodeAnswers[Op]) => readonly Item[];
  readonly isBefore: (a: Item, b: Item) => boolean;
  /** Leaves out what some servers found on the first page. */
  readonly choose?: (answers: ReadonlyMap<string, NodeAnswers[Op]>) => ReadonlySet<string>;
}

interface Merged<Item> extends Unreachable {
  readonly items: readonly Item[];
  readonly cursor: string | null;
  readonly complete: boolean;
}

const UNKNOWN = 'a server that is gone';
/** Of a search of several functions, below the time that is waited for another server. */
const EACH_MS = 2_500;

/**
 * Logs, records and metrics of all servers. Each has its own; a query asks all of them, and the answer names those that
 * could not be asked. Without other servers nothing is different from asking this one.
 */
export class TelemetryOfAll {
  readonly #options: TelemetryOfAllOptions;
  readonly #tails: RemoteTails;

  constructor(options: TelemetryOfAllOptions) {
    this.#options = options;
    const { nodes, connections, clock } = options;
    this.#tails = new RemoteTails({ nodes, connections, clock });
  }

  /** Like `LogStore.query`. */
  async query(query: LogQuery): Promise<LogPage & Unreachable> {
    const { logs } = this.#options.local;
    if (this.#isAlone(query.cursor)) return { ...(await logs.query(query)), unreachable: [] };
    const descending = query.order === 'desc';
    const { items: lines, ...page } = await this.#page<'lines', LogLine>({
      query,
      call: (cursor) => ({ op: 'lines', query: { ...without(query), ...cursor, places: true } }),
      itemsOf: ({ lines }) => lines.map((line) => ({ ...line, functionKey: query.functionKey })),
      isBefore: (a, b) => (descending ? a.time > b.time : a.time < b.time),
      // texts that are no whole words count only where no server has words
      choose: (answers) => {
        const all = [...answers];
        const hasWords = all.some(([, { byWords, lines }]) => byWords && lines.length > 0);
        return new Set(all.filter(([, { byWords }]) => byWords || !hasWords).map(([home]) => home));
      },
    });
    return { lines, ...page };
  }

  /** Like `LogStore.queryEach`. */
  async queryEach(query: EachQuery, isOver: () => boolean): Promise<EachPage & Unreachable> {
    const { logs } = this.#options.local;
    if (this.#isAlone(undefined)) return { ...(await logs.queryEach(query, isOver)), unreachable: [] };
    const missing = new Set<string>();
    const page = await pageOfEach(query, async (one) => {
      const { answers, unreachable } = await this.#all({ op: 'each', query: one, budgetMs: EACH_MS });
      for (const name of unreachable) missing.add(name);
      const known = new Set(one.functionKeys);
      const found = answers.map(({ lines }) => lines.filter(({ functionKey }) => known.has(functionKey)));
      // where one server has more lines than it could send, those of others may come behind them
      const cuts = answers.flatMap(({ cut, lines }) => (cut ? [lines.at(-1)?.time ?? 0] : []));
      const from = Math.max(Number.NEGATIVE_INFINITY, ...cuts);
      const all = found.reduce<readonly LogLine[]>((sorted, some) => newestFirst(sorted, some), []);
      const sure = all.filter(({ time }) => time > from);
      const lines = sure.length > 0 ? sure : all.filter(({ time }) => time === from);
      return {
        lines: lines.slice(0, one.limit),
        complete: answers.every(({ complete }) => complete),
        hasMore: cuts.length > 0,
      };
    });
    return { ...page, unreachable: [...missing] };
  }

  /** Like `LogStore.tail`, with the lines of servers that come later; a line stands for those of one that is lost. */
  tail(filter: LogFilter, onLines: (lines: readonly LogLine[]) => void): () => void {
    const stops = [this.#options.local.logs.tail(filter, onLines), this.#tails.follow(filter, onLines)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** The last attempt of a request of the project. */
  async record(projectId: string, requestId: string): Promise<Unreachable & { record: InvocationRecord | undefined }> {
    const { answers, unreachable } = await this.#all({ op: 'attempts', projectId, requestId });
    const attempts = answers.flatMap(({ records }) => records).filter((one) => one.requestId === requestId);
    return { record: attempts.sort((a, b) => a.startedAt - b.startedAt || a.attempt - b.attempt).at(-1), unreachable };
  }

  /** Like `InvocationRecords.list`. */
  async list(query: RecordQuery): Promise<RecordPage & Unreachable> {
    const { records } = this.#options.local;
    if (this.#isAlone(query.cursor)) return { ...(await records.list(query)), unreachable: [] };
    const { items, cursor, unreachable } = await this.#page<'records', InvocationRecord>({
      query,
      call: (more) => ({ op: 'records', query: { ...without(query), ...more, places: true } }),
      itemsOf: (answer) => answer.records.map((record) => ({ ...record, functionKey: query.functionKey })),
      isBefore: (a, b) => a.startedAt > b.startedAt,
    });
    return { records: items, cursor, unreachable };
  }

  /** Like `Metrics.series`. */
  async series(query: MetricQuery): Promise<Unreachable & { readonly points: readonly MetricPoint[] }> {
    const { metrics } = this.#options.local;
    if (this.#isAlone(undefined)) return { points: await metrics.series(query), unreachable: [] };
    const { answers, unreachable } = await this.#all({ op: 'steps', query });
    return {
      points: addedPoints(
        query,
        answers.map(({ steps }) => steps),
      ),
      unreachable,
    };
  }

  /** Like `Metrics.rank`. */
  async rank({ by, limit, ...query }: RankQuery): Promise<Unreachable & { readonly ranked: readonly Ranked[] }> {
    const { answers, unreachable } = await this.#all({ op: 'ranks', query });
    const rows = answers.flatMap((answer) => answer.rows).filter(({ key }) => key.startsWith(`${query.projectId}:`));
    return { ranked: ranked(rows, { by, limit }), unreachable };
  }

  /** Like `Metrics.months`. */
  async months(
    projectId: string,
    now: number,
    months: number,
  ): Promise<Unreachable & { months: readonly MonthUsage[] }> {
    const { answers, unreachable } = await this.#all({ op: 'months', projectId, now, months });
    const [own = { months: [] }, ...others] = answers;
    const sums = own.months.map(({ month, calls, gbSeconds }) => ({ month, calls, gbSeconds }));
    for (const { month, calls, gbSeconds } of others.flatMap((answer) => answer.months)) {
      const sum = sums.find((one) => one.month === month);
      if (sum === undefined) continue;
      sum.calls += calls;
      sum.gbSeconds += gbSeconds;
    }
    return { months: sums, unreachable };
  }

  /** What this server has, for another one. */
  answer(call: NodeCall): Promise<NodeAnswers[NodeCall['op']]> {
    return answerCall(this.#options.local, this.#options.clock, call);
  }

  #isAlone(cursor: string | undefined): boolean {
    // a cursor of one server continues a page from before the others came
    return cursor === undefined ? this.#options.nodes.others.length === 0 : !isNodesCursor(cursor);
  }

  /** The answers of this server, which comes first, and of all others that can be reached. */
  async #all<Op extends NodeCall['op']>(call: NodeCall & { readonly op: Op }): Promise<Answered<Op>> {
    const { nodes } = this.#options;
    const own = this.answer(call) as Promise<NodeAnswers[Op]>;
    const answering = nodes.others.map(async (node) => ({ node, answer: await this.#ask<Op>(node, call) }));
    const others = await Promise.all(answering);
    return {
      answers: [await own, ...others.flatMap(({ answer }) => (answer === undefined ? [] : [answer]))],
      unreachable: others.filter(({ answer }) => answer === undefined).map(({ node }) => node.name),
    };
  }

  /** Undefined when the other server cannot be asked. Throws what is wrong with the query. */
  async #ask<Op extends NodeCall['op']>(
    node: ClusterNode,
    call: NodeCall & { readonly op: Op },
  ): Promise<NodeAnswers[Op] | undefined> {
    const { connections, onUnreachable } = this.#options;
    if (connections === undefined) return undefined;
    try {
      return await askNode<Op>(connections, node, call);
    } catch (error) {
      if (error instanceof TelemetryError) throw error;
      onUnreachable(node, error);
      return undefined;
    }
  }

  async #page<Op extends 'lines' | 'records', Item>({
    query,
    call,
    itemsOf,
    isBefore,
    choose,
  }: Paging<Op, Item>): Promise<Merged<Item>> {
    const { nodes } = this.#options;
    const known = new Map([nodes.self, ...nodes.others].map((node) => [node.home, node]));
    const place = query.cursor === undefined ? undefined : decodeNodesCursor(query.cursor);
    const starts = place?.positions ?? new Map([...known.keys()].map((home): [string, Position] => [home, undefined]));
    const missed = new Set(place?.missed);
    const answers = new Map<string, NodeAnswers[Op]>();
    const ask = async (home: string, start: Position): Promise<void> => {
      if (start === null) return;
      const node = known.get(home);
      const one = call(start === undefined ? {} : { cursor: start });
      const isOwn = node === nodes.self;
      const answer = isOwn
        ? ((await this.answer(one)) as NodeAnswers[Op])
        : node === undefined
          ? undefined
          : await this.#ask<Op>(node, one);
      if (answer === undefined) missed.add(home);
      else answers.set(home, answer);
    };
    await Promise.all([...starts].map(([home, start]) => ask(home, start)));
    const chosen = place === undefined ? choose?.(answers) : undefined;
    const pages = [...starts].flatMap(([home, start]): SourcePage<Item>[] => {
      const answer = answers.get(home);
      if (answer === undefined || start === null || chosen?.has(home) === false) return [];
      return [{ home, start, items: itemsOf(answer), places: answer.places, next: answer.cursor }];
    });
    const { items, positions } = mergePages(pages, query.limit, isBefore);
    const isEnd = [...positions.values()].every((at) => at === null);
    return {
      items,
      cursor: isEnd ? null : encodeNodesCursor({ positions, missed: [...missed] }),
      complete: isEnd || items.length === query.limit,
      unreachable: [...missed].map((home) => known.get(home)?.name ?? UNKNOWN),
    };
  }
}

function without<Query extends { readonly cursor?: string }>({ cursor: _, ...query }: Query): Omit<Query, 'cursor'> {
  return query;
}
