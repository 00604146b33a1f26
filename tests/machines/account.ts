import { join } from 'node:path';
import { noted, noting, peakOf } from '../crash/account-folder.ts';
import {
  type AsyncInvocationSeen,
  asyncInvocations,
  deploy,
  type RawAnswer,
  request,
  runtimeOf,
  type Tenant,
  target,
} from '../functions.ts';

/** Refusals that promise nothing. */
const REFUSALS: readonly number[] = [429, 503];
const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
/** For ticks to run, on a busy machine. */
const TICKS_MS = 120_000;

/** Of a call that a client got or not. */
export type CallResult = 'ok' | 'refused' | 'interrupted' | 'unreachable';

/** One answer that was no success: how often, when and by which servers. */
interface Failure {
  count: number;
  readonly firstAt: number;
  lastAt: number;
  readonly endpoints: Set<string>;
}

/** `endpoint`: of the server that gave it. */
interface Answer extends RawAnswer {
  readonly endpoint: string;
}

interface Step {
  readonly what: string;
  readonly n: string;
  readonly requestId: string;
  readonly at: number;
}

/**
 * Everything that clients of a cluster sent, what they were answered, and what ran: two functions, one of which a timer
 * calls every second, note each of their runs in a folder that no trouble reaches.
 */
export class ClusterAccount {
  readonly urn: string;
  /** Ids that were answered with 202, and their numbers. */
  readonly accepted = new Map<string, number>();
  /** Numbers of requests to accept an event that were not answered with 202. */
  readonly notAccepted = new Set<number>();
  readonly calls: Record<CallResult, number> = { ok: 0, refused: 0, interrupted: 0, unreachable: 0 };
  /** By status and text. */
  readonly failures = new Map<string, Failure>();
  /** Answers that must not be, in words. */
  readonly wrong: string[] = [];
  readonly #answered = new Set<number>();
  readonly #folder: string;
  readonly #killedAt: number[] = [];
  readonly #openedAt = Date.now();
  #sent = 0;

  private constructor(folder: string, urn: string) {
    this.#folder = folder;
    this.urn = urn;
  }

  /** `folder`: functions may write it. */
  static async open(server: Tenant, folder: string): Promise<ClusterAccount> {
    const runtime = await runtimeOf(server, 'Node.js');
    const note = (what: string, n: string) =>
      noting(join(folder, 'steps'), `'${what}', ${n}, context.getRequestID(), Date.now()`);
    const make = (name: string, n: string, wait: string) => {
      const code = `exports.handler = async (event, context) => { ${note('begin', n)} ${wait} ${note('end', n)} return { n: event.n }; };`;
      return deploy(server, { name, runtime, timeout: 60, files: { 'index.js': code } });
    };
    const urn = await make('account', 'event.n', 'await new Promise((end) => setTimeout(end, event.ms));');
    const ticking = await make('ticking', "'tick-' + Date.parse(event.time)", '');
    await server.api.call('createFunctionTrigger', {
      params: target(server, ticking),
      body: {
        trigger_type_code: 'TIMER',
        event_data: { name: 'every_second', schedule_type: 'Cron', schedule: '@every 1s' },
      },
    });
    return new ClusterAccount(folder, urn);
  }

  /** Calls the function and judges the answer. */
  async call(server: Tenant, ms: number): Promise<CallResult> {
    const n = this.#next();
    const answer = await this.#request(server, 'invocations', { n, ms });
    const result = this.#judged(n, answer);
    this.calls[result] += 1;
    return result;
  }

  /** Sends an event once, and notes whether it was accepted. */
  async enqueue(server: Tenant, ms: number): Promise<boolean> {
    const n = this.#next();
    const answer = await this.#request(server, 'invocations-async', { n, ms });
    const id = answer?.json.request_id;
    if (answer?.status === 202 && typeof id === 'string') this.accepted.set(id, n);
    else this.notAccepted.add(n);
    return answer?.status === 202;
  }

  /** Servers are killed: what they run ends while that lasts, also what begins meanwhile. */
  async duringKill<T>(kill: () => Promise<T>): Promise<T> {
    this.#killedAt.push(Date.now());
    try {
      return await kill();
    } finally {
      this.#killedAt.push(Date.now());
    }
  }

  /** Accepted ids without a stored result. */
  async open(server: Tenant): Promise<string[]> {
    const ended = new Set(
      (await this.#stored(server)).filter(({ status }) => isEnd(status)).map((one) => one.request_id),
    );
    return [...this.accepted.keys()].filter((id) => !ended.has(id));
  }

  /** Compares what is stored and what ran with what was sent; returns what is wrong. */
  async violations(server: Tenant, limit: number): Promise<string[]> {
    const gaps = await this.#gaps();
    const stored = await this.#stored(server);
    const results = Map.groupBy(stored, ({ request_id }) => request_id);
    const steps = this.steps();
    const idsOf = Map.groupBy(
      steps.filter(({ what }) => what === 'begin'),
      ({ n }) => n,
    );
    const found = [...this.wrong];
    for (const [id, n] of this.accepted) {
      const ends = results.get(id) ?? [];
      if (ends.length !== 1 || ends[0]?.status !== 'SUCCESS')
        found.push(
          `${ends.length} results of ${id}: ${ends.map(({ status, error_message }) => `${status} ${error_message}`)}`,
        );
      if (!idsOf.get(String(n))?.some(({ requestId }) => requestId === id)) found.push(`${id} did not run`);
    }
    // a request without an answer may have been stored, once
    const strangers = [...results.keys()].filter((id) => !this.accepted.has(id));
    if (strangers.length > this.notAccepted.size)
      found.push(`${strangers.length} events without a 202, of ${this.notAccepted.size} such requests`);
    for (const [n, runs] of idsOf) {
      const ids = new Set(runs.map(({ requestId }) => requestId));
      if (ids.size > 1) found.push(`${n} ran under ${ids.size} request ids`);
    }
    for (const n of this.#answered) {
      const runs = idsOf.get(String(n))?.length ?? 0;
      if (runs !== 1) found.push(`call ${n} was answered and ran ${runs} times`);
    }
    found.push(...gaps);
    const most = this.mostAtOnce();
    if (most > limit) found.push(`${most} ran at once, ${limit} may`);
    return found;
  }

  /** Timer events that ran, once each. */
  get ticks(): number {
    return new Set(
      this.steps()
        .map(({ n }) => n)
        .filter((n) => n.startsWith('tick-')),
    ).size;
  }

  /** The most that ran at the same moment. A call without a recorded end counts until a server is killed. */
  mostAtOnce(): number {
    const running = new Map<string, number>();
    const changes: { at: number; by: number }[] = [];
    for (const { what, requestId, at } of this.steps().toSorted((x, y) => x.at - y.at)) {
      const begun = running.get(requestId);
      if (begun !== undefined) {
        // one that begins again had been cut off
        const killed = what === 'begin' ? this.#killedAt.find((each) => each >= begun && each <= at) : undefined;
        changes.push({ at: begun, by: 1 }, { at: killed ?? at, by: -1 });
      }
      if (what === 'begin') running.set(requestId, at);
      else running.delete(requestId);
    }
    for (const begun of running.values()) {
      const killed = this.#killedAt.find((each) => each >= begun);
      if (killed !== undefined) changes.push({ at: begun, by: 1 }, { at: killed, by: -1 });
    }
    return peakOf(changes);
  }

  steps(): Step[] {
    return noted(join(this.#folder, 'steps')).map(([what = '', n = '', requestId = '', at = '']) => ({
      ...{ what, n, requestId },
      at: Number(at),
    }));
  }

  /** Ticks of before the call that did not run. They run in any order: the last ones have time to. */
  async #gaps(): Promise<string[]> {
    const until = Date.now();
    for (;;) {
      const gaps = this.#gapsUntil(until);
      if (gaps.length === 0 || Date.now() - until > TICKS_MS) return gaps;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS / 2));
    }
  }

  #gapsUntil(until: number): string[] {
    const names = new Set(this.steps().map(({ n }) => n));
    const ticks = [...names].filter((n) => n.startsWith('tick-')).map((n) => Number(n.slice('tick-'.length)));
    const sorted = ticks.toSorted((x, y) => x - y);
    return sorted.slice(1).flatMap((tick, index) => {
      const before = sorted[index] ?? 0;
      const gap = tick - before;
      return gap === TICK_MS || before > until ? [] : [`${gap} ms between ticks at ${new Date(tick).toISOString()}`];
    });
  }

  #judged(n: number, answer: Answer | undefined): CallResult {
    if (answer === undefined) return 'unreachable';
    const { status, text, headers, endpoint } = answer;
    if (status === 200 && headers.get('x-is-func-err') !== 'true') {
      if (text === JSON.stringify({ n })) this.#answered.add(n);
      else this.wrong.push(`call ${n} was answered ${text.slice(0, 200)}`);
      return 'ok';
    }
    const kind = `${status} ${text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').slice(0, 300)}`;
    const now = Date.now();
    const failure = this.failures.get(kind) ?? { count: 0, firstAt: now, lastAt: now, endpoints: new Set() };
    failure.count += 1;
    failure.lastAt = now;
    failure.endpoints.add(endpoint);
    this.failures.set(kind, failure);
    return REFUSALS.includes(status) ? 'refused' : 'interrupted';
  }

  async #request(server: Tenant, operation: string, event: object): Promise<Answer | undefined> {
    try {
      const { endpoint } = server;
      const { project_id } = server.credentials;
      const path = `/v2/${project_id}/fgs/functions/${this.urn}/${operation}`;
      return { ...(await request(server, { path, body: JSON.stringify(event) })), endpoint };
    } catch {
      // it does not run, or was killed meanwhile
      return undefined;
    }
  }

  /** In pieces of time, since a list has an end. The clock of the database may differ a little. */
  async #stored(server: Tenant): Promise<AsyncInvocationSeen[]> {
    const all: AsyncInvocationSeen[] = [];
    for (let from = this.#openedAt - MINUTE_MS; from < Date.now() + MINUTE_MS; from += MINUTE_MS) {
      const [query_begin_time, query_end_time] = [from, from + MINUTE_MS].map((ms) => new Date(ms).toISOString());
      all.push(
        ...(await asyncInvocations(server, this.urn, { query_begin_time, query_end_time } as Record<string, string>)),
      );
    }
    return all;
  }

  #next(): number {
    this.#sent += 1;
    return this.#sent;
  }
}

const isEnd = (status: string): boolean => /^(SUCCESS|FAIL|CANCEL|DISCARD)/.test(status);
