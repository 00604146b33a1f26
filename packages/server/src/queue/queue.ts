import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import {
  type AtomicResult,
  type AtomicStatement,
  isGuard,
  type Member,
  type MessageState,
  type Storage,
} from '../storage/index.ts';
import { Backlog, type Usage } from './backlog.ts';
import { QueueError } from './errors.ts';
import { MessageStore } from './message-store.ts';
import { checkLimit, checkMessage } from './request.ts';
import { type Changed, type NewRow, outcomeText, toLeased, toMessage, toSummary, toTaken, UNLEASED } from './row.ts';
import type {
  AtomicStep,
  CancelResult,
  FinishStep,
  JsonObject,
  LeasedMessage,
  LeaseRequest,
  ListRequest,
  Message,
  MessagePage,
  NewLetter,
  NewMessage,
  PageRequest,
  ReapResult,
  Taker,
} from './types.ts';

export interface QueueOptions {
  readonly storage: Storage;
  /** Clock for due times; it must not jump. */
  readonly now: () => number;
  /** Clock for displayed times and retention: the clock of the machine. The same as `now` unless set. */
  readonly wallTime?: () => number;
  /** This server among those that share the database; without it, the only one. */
  readonly member?: Member;
  /** 8 MiB unless set. */
  readonly maxPayloadBytes?: number;
  /** Of a letter that was never a message; 64 MiB unless set. */
  readonly maxLetterBytes?: number;
  /** Unfinished messages per topic; one more is refused with `queue.full`. 1,000,000 unless set. */
  readonly maxBacklog?: number;
  /** Unfinished messages of one owner (see `ownerOf`) in all topics; one more is refused with `queue.quota`. */
  readonly maxOfOwner?: Usage;
}

export type ReadyListener = (dueAt: number, group: string) => void;

const tokenLength = 16;
const reapBatch = 500;
const COUNT_TRIES = 3;
const ALONE: Member = { id: 'alone', isLive: () => true };
const finalStates: readonly MessageState[] = ['done', 'dead', 'cancelled'];

/**
 * A durable queue, which servers may share. Every change is on disk when its promise resolves. A message is delivered at
 * least once: a worker that dies loses its lease, and `reap` makes the message available to another. Operations on an
 * ended lease change nothing and return false. The limits count what other servers change only after `recount`.
 */
export class Queue {
  readonly #store: MessageStore;
  readonly #member: Member;
  readonly #now: () => number;
  readonly #wallTime: () => number;
  readonly #maxPayloadBytes: number;
  readonly #maxLetterBytes: number;
  readonly #backlog: Backlog;
  readonly #listeners = new Map<string, Set<ReadyListener>>();
  readonly #takers = new Map<string, Taker>();
  /** Of messages that are stored as leased: each is stored once, and a later lease has another token. */
  readonly #firstToken = newToken();
  #lastPosition = 0;

  private constructor(options: QueueOptions, store: MessageStore, backlog: Backlog) {
    this.#store = store;
    this.#member = options.member ?? ALONE;
    this.#now = options.now;
    this.#wallTime = options.wallTime ?? options.now;
    this.#maxPayloadBytes = options.maxPayloadBytes ?? 8 * 1024 * 1024;
    this.#maxLetterBytes = options.maxLetterBytes ?? 64 * 1024 * 1024;
    this.#backlog = backlog;
  }

  static async open(options: QueueOptions): Promise<Queue> {
    const store = new MessageStore(options.storage);
    const { maxBacklog = 1_000_000, maxOfOwner = { messages: Infinity, bytes: Infinity } } = options;
    const queue = new Queue(options, store, new Backlog({ ofTopic: maxBacklog, ofOwner: maxOfOwner }));
    await queue.recount();
    return queue;
  }

  /**
   * Counts the unfinished messages anew, which other servers may have changed. A count during which this server changed
   * some may miss them: it is repeated a few times.
   */
  async recount(): Promise<void> {
    let counts: Awaited<ReturnType<MessageStore['unfinished']>>;
    let changes: number;
    let tries = 0;
    do {
      changes = this.#backlog.changes;
      counts = await this.#store.unfinished();
      tries += 1;
    } while (this.#backlog.changes !== changes && tries < COUNT_TRIES);
    this.#backlog.clear();
    for (const { topic, group, messages, bytes } of counts) {
      this.#backlog.add(topic, group, { messages, bytes: Number(bytes) });
    }
  }

  /**
   * Resolves when the message is on disk; false when its id existed already. Throws `QueueError` when it is refused.
   */
  async enqueue(message: NewMessage): Promise<boolean> {
    const row = this.#admit(message, true);
    const taker = this.#takers.get(row.topic);
    const fill = taker !== undefined && this.#isTakeable(row) ? taker.place(row.group_key) : undefined;
    const inserted = taker === undefined || fill === undefined ? row : this.#leasedBy(taker, row);
    let stored = false;
    try {
      stored = await this.#store.insert(inserted);
    } finally {
      if (!stored) this.#shrink(row);
      fill?.(stored ? toTaken(inserted) : undefined);
    }
    if (stored && fill === undefined) this.announce(row.topic, row.group_key, row.not_before);
    return stored;
  }

  /** Offers messages that this process enqueues by themselves to a taker of their topic. Returns what ends it. */
  onEnqueue(topic: string, taker: Taker): () => void {
    this.#takers.set(topic, taker);
    return () => {
      this.#takers.delete(topic);
    };
  }

  /**
   * Ends leases, enqueues, and runs statements on the caller's own tables as one step: all of it is on disk, or none.
   * Rejects with `storage.guard` when a lease has ended, or a statement that must affect a row did not; messages whose
   * id exists already are unchanged. A step that ends a message, or stores a dead letter, ignores the limit of the backlog, because a full queue
   * could not drain if its messages could not enqueue others.
   */
  async atomically(step: AtomicStep): Promise<readonly AtomicResult[]> {
    const { acks = [], kills = [], messages = [], letters = [], statements = [] } = step;
    const ends = [
      ...acks.map(({ receipt, outcome }) => this.#end(receipt, 'done', outcome)),
      ...kills.map(({ receipt, outcome }) => this.#end(receipt, 'dead', outcome)),
    ];
    const fillings = kills.flatMap(({ receipt, payload }) =>
      payload === undefined ? [] : this.#fill(receipt, payload),
    );
    const admitted: NewRow[] = [];
    let results: readonly AtomicResult[] = [];
    let stored = 0;
    try {
      const inserts = messages.map((message) => {
        const row = this.#admit(message, ends.length + letters.length === 0);
        admitted.push(row);
        return { query: this.#store.insertQuery(row) };
      });
      const dead = letters.map((letter) => this.#dead(letter));
      results = await this.#store.atomic([...ends, ...inserts, ...fillings, ...dead, ...statements]);
      stored = admitted.length;
    } finally {
      for (const { topic, group_key, bytes } of admitted.slice(stored)) this.#backlog.remove(topic, group_key, bytes);
    }
    for (const { rows } of results.slice(0, ends.length)) this.#shrink(rows[0] as Changed);
    admitted.forEach((row, index) => {
      if (results[ends.length + index]?.affected === 1) this.announce(row.topic, row.group_key, row.not_before);
      else this.#shrink(row);
    });
    return results.slice(ends.length + messages.length + fillings.length + letters.length);
  }

  /**
   * Ends a message and enqueues the messages that follow from it, in one step; false, without any change, when the
   * lease has ended. The limit of the backlog does not apply.
   */
  async finish({ receipt, state, outcome, messages, payload, statements = [] }: FinishStep): Promise<boolean> {
    if (messages.length === 0 && payload === undefined && statements.length === 0) {
      return this.#finish(receipt, state, outcome);
    }
    const end = { receipt, outcome };
    const kills = [{ ...end, ...(payload === undefined ? {} : { payload }) }];
    return this.unlessGuarded(() =>
      this.atomically({ ...(state === 'done' ? { acks: [end] } : { kills }), messages, statements }),
    );
  }

  /** True when an atomic step was done; false when a guard undid it because a row to change no longer matched. */
  async unlessGuarded(step: () => Promise<unknown>): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (error) {
      if (isGuard(error)) return false;
      throw error;
    }
  }

  #end(receipt: string, state: 'done' | 'dead', outcome: JsonObject): AtomicStatement {
    const lease = parseReceipt(receipt);
    if (lease === undefined)
      throw new QueueError('queue.invalid', 'not a receipt', 'Pass the receipt that lease returned.');
    const query = this.#store.finishQuery({ ...lease, state, now: this.#wallTime(), outcome: outcomeText(outcome) });
    return { query, mustAffect: true };
  }

  #dead({ outcome, attempts, ...message }: NewLetter): AtomicStatement {
    const row = this.#rowOf(message, checkMessage(message, this.#maxLetterBytes));
    const ended = { attempts, outcome: outcomeText(outcome), finished_at: row.enqueued_at };
    return { query: this.#store.letterQuery({ ...row, ...ended }) };
  }

  #fill(receipt: string, payload: Uint8Array): AtomicStatement {
    const id = parseReceipt(receipt)?.id ?? '';
    return { query: this.#store.fillQuery(id, payload) };
  }

  /**
   * Oldest due first. Rejects with `unavailable` while others may take over what this server leases. A claim that returned more than `limit` would be a broken database and throws.
   */
  async lease(request: LeaseRequest): Promise<LeasedMessage[]> {
    checkLimit(request.limit);
    if (!(request.leaseMs > 0)) throw new QueueError('queue.invalid', 'leaseMs must be positive', 'Pass milliseconds.');
    const token = newToken();
    const owner = this.#owner();
    const rows = await this.#store.claim(request, { token, owner, now: this.#now(), startedAt: this.#wallTime() });
    if (rows.length > request.limit) {
      throw new Error(`the claim of ${request.limit} messages of ${request.topic} returned ${rows.length}`);
    }
    return rows.map((row) => toLeased(row, token));
  }

  /**
   * Leases messages that expired before any worker took them, for a worker that ends them as dead letters. This lease
   * does not count as an attempt. The oldest first.
   */
  async leaseExpired(request: Omit<LeaseRequest, 'group'>): Promise<LeasedMessage[]> {
    checkLimit(request.limit);
    const token = newToken();
    const rows = await this.#store.claimExpired(request, { token, owner: this.#owner(), now: this.#now() });
    return rows.map((row) => toLeased(row, token));
  }

  /** Leased → done. The payload is removed. */
  async ack(receipt: string, outcome: JsonObject): Promise<boolean> {
    return this.#finish(receipt, 'done', outcome);
  }

  /** Many at once, with one fsync; the results have the order of the receipts. */
  ackAll(acks: ReadonlyArray<{ readonly receipt: string; readonly outcome: JsonObject }>): Promise<boolean[]> {
    return Promise.all(acks.map(({ receipt, outcome }) => this.ack(receipt, outcome)));
  }

  /** Leased → ready at `notBefore`, or cancelled if cancellation was requested meanwhile. */
  async retry(receipt: string, next: { readonly notBefore: number; readonly outcome: JsonObject }): Promise<boolean> {
    const lease = parseReceipt(receipt);
    if (lease === undefined) return false;
    const outcome = outcomeText(next.outcome);
    const row = await this.#store.giveBack({ ...lease, notBefore: next.notBefore, now: this.#wallTime(), outcome });
    if (row === undefined) return false;
    if (row.state === 'ready') this.announce(row.topic, row.group_key, next.notBefore);
    else this.#shrink(row);
    return true;
  }

  /** Leased → dead letter; the payload is kept until `purge`. */
  async kill(receipt: string, outcome: JsonObject): Promise<boolean> {
    return this.#finish(receipt, 'dead', outcome);
  }

  /** Leased → cancelled: the end of a message whose `cancel` answered `running`. */
  async stop(receipt: string, outcome: JsonObject): Promise<boolean> {
    return this.#finish(receipt, 'cancelled', outcome);
  }

  /** Makes the lease end `leaseMs` from now. */
  async extend(receipt: string, leaseMs: number): Promise<boolean> {
    const lease = parseReceipt(receipt);
    if (lease === undefined) return false;
    return this.#store.extend({ ...lease, until: this.#now() + leaseMs });
  }

  async cancel(id: string, outcome: JsonObject = { reason: 'cancelled' }): Promise<CancelResult> {
    const row = await this.#store.cancel(id, this.#wallTime(), outcomeText(outcome));
    if (row === undefined) return (await this.#store.get(id)) === undefined ? 'missing' : 'finished';
    if (row.state !== 'cancelled') return 'running';
    this.#shrink(row);
    return 'cancelled';
  }

  /** Ends expired leases of this server, and all leases of servers that are gone; at most 500 of each. */
  async reap(now: number = this.#now()): Promise<ReapResult> {
    const wallTime = this.#wallTime();
    const { id } = this.#member;
    const [expired, orphaned] = [
      await this.#store.releaseExpired(id, now, wallTime, reapBatch),
      await this.#store.releaseOrphaned(id, wallTime, reapBatch),
    ];
    const ended = [...expired, ...orphaned];
    const cancelled: string[] = [];
    for (const row of ended) {
      if (row.state === 'ready') this.announce(row.topic, row.group_key, row.not_before);
      else {
        cancelled.push(row.id);
        this.#shrink(row);
      }
    }
    return {
      released: ended.length - cancelled.length,
      cancelled,
      more: expired.length === reapBatch || orphaned.length === reapBatch,
    };
  }

  /**
   * Ends all leases that no other server holds, at the start, when this process has taken none: their holders are dead.
   * Returns how many messages can be leased again.
   */
  async recover(): Promise<number> {
    let released = 0;
    for (;;) {
      const { id } = this.#member;
      const ended = [
        ...(await this.#store.releaseExpired(id, Number.MAX_SAFE_INTEGER, this.#wallTime(), reapBatch)),
        ...(await this.#store.releaseOrphaned(id, this.#wallTime(), reapBatch)),
      ];
      for (const row of ended) {
        if (row.state === 'ready') released += 1;
        else this.#shrink(row);
      }
      if (ended.length < reapBatch) return released;
    }
  }

  /** When the next message can be leased, which may be in the past; null without messages. */
  nextDue(topic: string, group?: string): Promise<number | null> {
    return this.#store.nextDue(topic, this.#now(), group);
  }

  /** Groups with messages that can be leased now or later, and when the first of each is due. */
  readyGroups(topic: string): Promise<Array<{ readonly group: string; readonly dueAt: number }>> {
    return this.#store.readyGroups(topic);
  }

  /** When a lease of this server ends, or a message of the topic expires; null without both. */
  nextReap(topic: string): Promise<number | null> {
    return this.#store.nextReap(topic, this.#member.id);
  }

  /** Calls back for each message of the topic that this process makes ready, with the time from which it is due. */
  onReady(topic: string, listener: ReadyListener): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Calls the listeners of a topic: a message of the group is due at `dueAt`. */
  announce(topic: string, group: string, dueAt: number): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(dueAt, group);
  }

  /** Those of these leased messages whose cancellation was requested. */
  cancelRequested(ids: readonly string[]): Promise<string[]> {
    return this.#store.cancelRequested(ids);
  }

  async get(id: string): Promise<Message | undefined> {
    const row = await this.#store.get(id);
    return row === undefined ? undefined : toMessage(row);
  }

  async list(request: PageRequest): Promise<MessagePage> {
    checkLimit(request.limit);
    const rows = await this.#store.list(request);
    return { messages: rows.slice(0, request.limit).map(toSummary), hasMore: rows.length > request.limit };
  }

  /** How many messages a list has, at most `most`. */
  count(request: ListRequest, most: number): Promise<number> {
    return this.#store.count(request, most);
  }

  /** Unfinished messages of an owner in all topics. */
  usage(owner: string): Usage {
    return this.#backlog.usage(owner);
  }

  /** Without unfinished messages. */
  get isEmpty(): boolean {
    return this.#backlog.isEmpty;
  }

  /** Unfinished messages of a topic. */
  unfinished(topic: string): number {
    return this.#backlog.ofTopic(topic);
  }

  /** Reads every message of the topic: for tests. */
  async counts(topic: string): Promise<Record<MessageState, number>> {
    const counts: Record<MessageState, number> = { ready: 0, leased: 0, done: 0, dead: 0, cancelled: 0 };
    for (const row of await this.#store.counts(topic)) counts[row.state] = row.count;
    return counts;
  }

  /**
   * Deletes messages that finished before; returns how many. Runs in small steps, so that others get their turn in
   * between. A finish time in the future, stamped by a clock that was ahead, is replaced by the current time.
   */
  async purge(finishedBefore: number, states: readonly MessageState[] = finalStates): Promise<number> {
    await this.#store.restampFuture(this.#wallTime(), states);
    const step = 500;
    let total = 0;
    for (;;) {
      const deleted = await this.#store.deleteFinished(finishedBefore, states, step);
      total += deleted;
      if (deleted < step) return total;
    }
  }

  #isTakeable({ not_before, expires_at }: NewRow): boolean {
    const now = this.#now();
    return not_before <= now && (expires_at ?? Infinity) > now && this.#member.isLive();
  }

  #leasedBy({ leaseMs }: Taker, row: NewRow): NewRow {
    const lease = { receipt: this.#firstToken, owner: this.#member.id, leased_until: this.#now() + leaseMs };
    return { ...row, ...lease, state: 'leased', attempts: 1, started_at: row.enqueued_at };
  }

  /** Counts the message before it is stored: many callers at once must not pass the bound together. */
  #admit(message: NewMessage, bounded: boolean): NewRow {
    const attributes = checkMessage(message, this.#maxPayloadBytes);
    const row = this.#rowOf(message, attributes);
    if (bounded) this.#backlog.check(message.topic, message.group, row.bytes);
    this.#backlog.add(message.topic, message.group, { messages: 1, bytes: row.bytes });
    return row;
  }

  #rowOf(message: NewMessage, attributes: string): NewRow {
    const bytes = message.payload.byteLength + Buffer.byteLength(attributes);
    const now = this.#now();
    this.#lastPosition = Math.max(this.#lastPosition + 1, Math.floor(now * 1000));
    return {
      id: message.id,
      topic: message.topic,
      group_key: message.group,
      payload: message.payload,
      attributes,
      bytes,
      position: this.#lastPosition,
      enqueued_at: this.#wallTime(),
      not_before: message.notBefore ?? now,
      expires_at: message.expiresAt ?? null,
      ...UNLEASED,
    };
  }

  async #finish(receipt: string, state: 'done' | 'dead' | 'cancelled', outcome: JsonObject): Promise<boolean> {
    const lease = parseReceipt(receipt);
    if (lease === undefined) return false;
    const row = await this.#store.finish({ ...lease, state, now: this.#wallTime(), outcome: outcomeText(outcome) });
    if (row === undefined) return false;
    this.#shrink(row);
    return true;
  }

  #owner(): string {
    const { id } = this.#member;
    if (this.#member.isLive()) return id;
    throw new PlatformError('unavailable', 'the server lost its membership: other servers may take over its work');
  }

  #shrink({ topic, group_key, bytes }: Pick<Changed, 'topic' | 'group_key' | 'bytes'>): void {
    this.#backlog.remove(topic, group_key, bytes);
  }
}

function newToken(): string {
  return randomBytes(tokenLength / 2).toString('hex');
}

function parseReceipt(receipt: string): { id: string; receipt: string } | undefined {
  if (receipt[tokenLength] !== '.') return undefined;
  return { id: receipt.slice(tokenLength + 1), receipt: receipt.slice(0, tokenLength) };
}
