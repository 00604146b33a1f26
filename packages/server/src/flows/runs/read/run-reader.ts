import {
  type FlowDefinition,
  type Json,
  type JsonObject,
  type NodeTry,
  type RunEvent,
  RunHistory,
  toJson,
  type Value,
} from '@funcgraph/flow';
import type { Clock } from '../../../lib/clock.ts';
import { idOf } from '../../../lib/ids.ts';
import type { FlowCatalog, FlowError, FlowNodeExecution, FlowRunDetail, FlowRunEvent } from '../../types.ts';
import type { ListedRun } from '../store/run-rows.ts';
import type { RunStore } from '../store/run-store.ts';
import { digestsIn } from '../values/run-values.ts';
import { toFlowRun } from './listed-run.ts';

type Page = Awaited<ReturnType<RunStore['events']>>;

/** Appends read at once: other work goes on between two pages. */
const LIMIT = { first: 32, most: 500 };
/** Of a page: an append may have a hundred bytes or some megabytes. */
const PAGE_BYTES = { few: 1024 * 1024, many: 4 * 1024 * 1024 };

/** The appends of a run that begin at `from` or later, by pages of bounded size. */
async function* logPages(store: Pick<RunStore, 'events'>, run: string, from: number): AsyncGenerator<Page> {
  for (let [next, limit] = [from, LIMIT.first]; ; ) {
    const page = await store.events(run, next, limit);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    next = last.seq + 1;
    const bytes = page.reduce((sum, { events }) => sum + events.length, 0);
    if (bytes > PAGE_BYTES.many) limit = Math.max(1, limit >> 1);
    else if (bytes < PAGE_BYTES.few) limit = Math.min(LIMIT.most, limit * 2);
  }
}

export interface RunReaderOptions {
  readonly store: Pick<RunStore, 'events' | 'appendBefore' | 'payloads' | 'row'>;
  readonly catalog: Pick<FlowCatalog, 'definition'>;
  readonly clock: Pick<Clock, 'after'>;
  /** Resolves at the next append to the run on this server. */
  readonly appended: (run: string) => { readonly next: Promise<void>; stop(): void };
}

/** Of all values of an answer; later ones are absent. */
const BUDGET_BYTES = { short: 6 * 1024 * 1024, full: 48 * 1024 * 1024 };
/** Of one value; larger ones are absent unless the full answer is requested. */
const SHORT_VALUE_BYTES = 64 * 1024;
/** Appends of other servers are looked for after this time. */
const LOOK_AGAIN_MS = 1_000;

/** Runs as callers see them. */
export class RunReader {
  readonly #options: RunReaderOptions;

  constructor(options: RunReaderOptions) {
    this.#options = options;
  }

  definition(digest: string): Promise<FlowDefinition> {
    return this.#options.catalog.definition(digest);
  }

  /** Reads the whole log. */
  async history(run: string): Promise<RunHistory> {
    const history = new RunHistory(idOf);
    for await (const page of logPages(this.#options.store, run, 0)) {
      for (const { events } of page) for (const event of JSON.parse(events) as RunEvent[]) history.add(event);
    }
    return history;
  }

  async detail(row: ListedRun & { definition: string; headers: string }, isFull: boolean): Promise<FlowRunDetail> {
    const { store, catalog } = this.#options;
    const history = await this.history(row.run);
    const load = (digest: string): Promise<Buffer | undefined> => store.payloads.get(row.run, digest);
    return detailOf({ row, history, definition: await catalog.definition(row.definition), load, isFull });
  }

  /** The log after `after`, until the run has ended or the signal aborts. */
  async *events(run: string, after: number, signal: AbortSignal): AsyncGenerator<FlowRunEvent> {
    const { store } = this.#options;
    for (let next = after + 1; !signal.aborted; ) {
      const appended = this.#options.appended(run);
      try {
        for await (const page of logPages(store, run, await store.appendBefore(run, next))) {
          for (const { seq, events } of page) {
            for (const [index, event] of (JSON.parse(events) as (RunEvent & JsonObject)[]).entries()) {
              if (seq + index < next) continue;
              yield { seq: seq + index, event };
              next = seq + index + 1;
              if (event.type === 'run_finished') return;
            }
          }
          if (signal.aborted) return;
        }
        if ((await store.row(run)) === undefined) return;
        await this.#wait(appended.next, signal);
      } finally {
        appended.stop();
      }
    }
  }

  async #wait(appended: Promise<void>, signal: AbortSignal): Promise<void> {
    let stop = (): void => {};
    const other = new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(LOOK_AGAIN_MS, resolve);
      const onAbort = (): void => resolve();
      signal.addEventListener('abort', onAbort, { once: true });
      stop = () => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
      };
    });
    await Promise.race([appended, other]);
    stop();
  }
}

export interface DetailParts {
  readonly row: ListedRun & { readonly headers: string };
  readonly history: RunHistory;
  readonly definition: FlowDefinition;
  readonly load: (digest: string) => Promise<Buffer | undefined>;
  readonly isFull: boolean;
}

export async function detailOf({ row, history, definition, load, isFull }: DetailParts): Promise<FlowRunDetail> {
  const values = new ShownValues(load, isFull);
  const { started, end, output, tries } = history;
  const input = started === undefined ? null : ((await values.json(started.input)) ?? null);
  const shownOutput = end?.status === 'success' && output !== undefined ? await values.json(output) : undefined;
  const names = new Map(definition.nodes.map(({ id, name }) => [id, name]));
  const byNode = new Map<string, FlowNodeExecution[]>();
  for (const each of tries) {
    const executions = byNode.get(each.node) ?? [];
    byNode.set(each.node, executions);
    executions.push(await executionOf(each, values));
  }
  return {
    ...toFlowRun(row),
    headers: JSON.parse(row.headers) as JsonObject,
    input,
    ...(shownOutput === undefined ? {} : { output: shownOutput }),
    ...(end?.error === undefined ? {} : { error: errorOf(end.error) }),
    nodes: [...byNode].map(([nodeId, executions]) => ({ nodeId, nodeName: names.get(nodeId) ?? nodeId, executions })),
  };
}

async function executionOf(each: NodeTry, values: ShownValues): Promise<FlowNodeExecution> {
  const { status, error, startedAt, endedAt, requestId } = each;
  const input = await values.json(each.input);
  const output = each.output === undefined ? undefined : await values.json(each.output);
  return {
    status,
    startedAt,
    endedAt,
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The values of one answer, up to its budget. */
class ShownValues {
  readonly #load: DetailParts['load'];
  readonly #most: number;
  #left: number;
  readonly #loaded = new Map<string, Json>();

  constructor(load: DetailParts['load'], isFull: boolean) {
    this.#load = load;
    this.#most = isFull ? Number.POSITIVE_INFINITY : SHORT_VALUE_BYTES;
    this.#left = isFull ? BUDGET_BYTES.full : BUDGET_BYTES.short;
  }

  /** Undefined for a value that is not shown. */
  async json(value: Value): Promise<Json | undefined> {
    if (value.bytes > this.#most || value.bytes > this.#left) return undefined;
    this.#left -= value.bytes;
    for (const digest of digestsIn(value)) {
      if (this.#loaded.has(digest)) continue;
      const text = await this.#load(digest);
      if (text === undefined) return undefined;
      this.#loaded.set(digest, JSON.parse(text.toString('utf8')) as Json);
    }
    return toJson(value, (digest) => this.#loaded.get(digest) ?? null);
  }
}

function errorOf({ error_code, error_message }: { error_code: string; error_message: string }): FlowError {
  return { code: error_code, message: error_message };
}
