import type { ClusterNode, Nodes } from '../../cluster/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CopiedServer } from '../copies/copy-names.ts';
import type { GoneServers, TelemetryCopies } from '../copies/telemetry-copies.ts';
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
  /** What servers wrote that are gone; undefined where nothing is copied. */
  readonly copies?: Pick<TelemetryCopies, 'goneFor' | 'ask'> | undefined;
  /** Another server gave no answer, or none that could be used. */
  readonly onUnreachable: (node: ClusterNode, error: unknown) => void;
}

/** Something is missing in the answer: these servers could not be asked. Names for people. */
export interface Unreachable {
  readonly unreachable: readonly string[];
}

type LinesCall = NodeCall & { readonly op: 'lines' };
type RecordsCall = NodeCall & { readonly op: 'records' };
type Answered<Op extends NodeCall['op']> = Unreachable & { readonly answers: readonly NodeAnswers[Op][] };

interface Paging<Op extends 'lines' | 'records', Item> {
  readonly query: { readonly limit: number; readonly cursor?: string };
  readonly call: (cursor: { readonly cursor?: string }) => NodeCall & { readonly op: Op };
  readonly itemsOf: (answer: NodeAnswers[Op]) => readonly Item[];
  readonly isBefore: (a: Item, b: Item) => boolean;
  readonly gone: GoneServers;
  /** Leaves out what some servers found on the first page. */
  readonly choose?: (answers: ReadonlyMap<string, NodeAnswers[Op]>) => ReadonlySet<string>;
}

interface Merged<Item> extends Unreachable {
  readonly items: readonly Item[];
  readonly cursor: string | null;
  readonly complete: boolean;
}

const UNKNOWN = 'a server that is gone';
/** Of servers that nothing is known of. */
const UNKNOWN_HOME = 'unknown';
/** Of a search of several functions, below the time that is waited for another server. */
const EACH_MS = 2_500;

const NONE: GoneServers = { servers: [], unknown: false };

/**
 * Logs, records and metrics of all servers. Each has its own; a query asks all of them, and reads the copies of those that
 * are gone. The answer names those that could not be asked, or whose copies cannot be read. Without other servers nothing is
 * different from asking this one.
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
    const call = (cursor: { readonly cursor?: string }): LinesCall => ({
      ...{ op: 'lines', query: { ...without(query), ...cursor, places: true } },
    });
    const gone = await this.#gone(call({}));
    if (this.#isAlone(query.cursor, gone)) return { ...(await logs.query(query)), unreachable: [] };
    const descending = query.order === 'desc';
    const { items: lines, ...page } = await this.#page<'lines', LogLine>({
      query,
      call,
      gone,
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
    const gone = await this.#gone({ op: 'each', query: without(query), budgetMs: EACH_MS });
    if (this.#isAlone(undefined, gone)) return { ...(await logs.queryEach(query, isOver)), unreachable: [] };
    const missing = new Set<string>();
    const page = await pageOfEach(query, async (one) => {
      const { answers, unreachable } = await this.#all({ op: 'each', query: one, budgetMs: EACH_MS }, gone);
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
    const call = (more: { readonly cursor?: string }): RecordsCall => ({
      ...{ op: 'records', query: { ...without(query), ...more, places: true } },
    });
    const gone = await this.#gone(call({}));
    if (this.#isAlone(query.cursor, gone)) return { ...(await records.list(query)), unreachable: [] };
    const { items, cursor, unreachable } = await this.#page<'records', InvocationRecord>({
      query,
      call,
      gone,
      itemsOf: (answer) => answer.records.map((record) => ({ ...record, functionKey: query.functionKey })),
      isBefore: (a, b) => a.startedAt > b.startedAt,
    });
    return { records: items, cursor, unreachable };
  }

  /** Like `Metrics.series`. */
  async series(query: MetricQuery): Promise<Unreachable & { readonly points: readonly MetricPoint[] }> {
    const { metrics } = this.#options.local;
    const gone = await this.#gone({ op: 'steps', query });
    if (this.#isAlone(undefined, gone)) return { points: await metrics.series(query), unreachable: [] };
    const { answers, unreachable } = await this.#all({ op: 'steps', query }, gone);
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

  #isAlone(cursor: string | undefined, gone: GoneServers): boolean {
    // a cursor of one server continues a page from before the others came
    if (cursor !== undefined) return !isNodesCursor(cursor);
    return this.#options.nodes.others.length === 0 && gone.servers.length === 0 && !gone.unknown;
  }

  async #gone(call: NodeCall): Promise<GoneServers> {
    return (await this.#options.copies?.goneFor(call)) ?? NONE;
  }

  /** The answers of this server, which comes first, of all others that can be reached, and of the copies of those that are gone. */
  async #all<Op extends NodeCall['op']>(
    call: NodeCall & { readonly op: Op },
    gone?: GoneServers,
  ): Promise<Answered<Op>> {
    const { nodes } = this.#options;
    const own = this.answer(call) as Promise<NodeAnswers[Op]>;
    const { servers, unknown } = gone ?? (await this.#gone(call));
    const others = await Promise.all([
      ...nodes.others.map(async (node) => {
        const answer = await this.#ask<Op>(node, call);
        return { name: node.name, answer, complete: answer !== undefined };
      }),
      ...servers.map(async (server) => ({ name: server.name, ...(await this.#read<Op>(server, call)) })),
    ]);
    return {
      answers: [await own, ...others.flatMap(({ answer }) => (answer === undefined ? [] : [answer]))],
      unreachable: [
        ...others.filter(({ complete }) => !complete).map(({ name }) => name),
        ...(unknown ? [UNKNOWN] : []),
      ],
    };
  }

  /** From the copies of a server that is gone. */
  async #read<Op extends NodeCall['op']>(
    server: CopiedServer,
    call: NodeCall & { readonly op: Op },
  ): Promise<{ readonly answer: NodeAnswers[Op] | undefined; readonly complete: boolean }> {
    return (await this.#options.copies?.ask<Op>(server, call)) ?? { answer: undefined, complete: false };
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
    gone,
  }: Paging<Op, Item>): Promise<Merged<Item>> {
    const { nodes } = this.#options;
    const known = new Map([nodes.self, ...nodes.others].map((node) => [node.home, node]));
    const copied = new Map(gone.servers.map((server) => [server.home, server]));
    const place = query.cursor === undefined ? undefined : decodeNodesCursor(query.cursor);
    const homes = [...known.keys(), ...copied.keys()];
    const starts = place?.positions ?? new Map(homes.map((home): [string, Position] => [home, undefined]));
    const missed = new Set(place?.missed);
    if (place === undefined && gone.unknown) missed.add(UNKNOWN_HOME);
    const answers = new Map<string, NodeAnswers[Op]>();
    const ask = async (home: string, start: Position): Promise<void> => {
      if (start === null) return;
      const [node, copies] = [known.get(home), copied.get(home)];
      const one = call(start === undefined ? {} : { cursor: start });
      const found = async (): Promise<NodeAnswers[Op] | undefined> => {
        if (node === nodes.self) return (await this.answer(one)) as NodeAnswers[Op];
        if (node !== undefined) return this.#ask<Op>(node, one);
        if (copies === undefined) return undefined;
        const { answer, complete } = await this.#read<Op>(copies, one);
        if (!complete) missed.add(home);
        return answer;
      };
      const answer = await found();
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
      unreachable: [...missed].map((home) => known.get(home)?.name ?? copied.get(home)?.name ?? UNKNOWN),
    };
  }
}

function without<Query extends { readonly cursor?: string }>({ cursor: _, ...query }: Query): Omit<Query, 'cursor'> {
  return query;
}
