import { type FunctionUrn, LIMITS } from '@funcgraph/api';
import type { Catalog } from '../../control/index.ts';
import { CODES } from '../../instances/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AtomicStep, DeadLetterBox, MessageSummary, NewMessage, Queue } from '../../queue/index.ts';
import type { RequestHeaders } from '../alias-route.ts';
import { functionKeyOf } from '../launch.ts';
import type { RequestLogs } from '../request-logs.ts';
import { createdAt, resolve } from '../resolve.ts';
import { acceptedMessage } from './acceptance.ts';
import { DELIVERY_TOPIC } from './delivery-message.ts';
import type { Dispatcher } from './dispatcher.ts';
import { ASYNC_TOPIC, type AsyncAttributes, isOfReplaced } from './message.ts';
import { queueRefusal } from './refusal.ts';
import { tellStatus } from './settlement.ts';

export type AsyncStatus = 'WAIT' | 'RUNNING' | 'SUCCESS' | 'FAIL' | 'DISCARD';

export interface AsyncRecord {
  readonly requestId: string;
  readonly status: AsyncStatus;
  readonly code: number;
  readonly message: string;
  readonly enqueuedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export interface AsyncGauges {
  readonly waiting: number;
  readonly running: number;
  /** Outcomes that are not delivered yet. */
  readonly deliveries: number;
  /** Invocations and deliveries that failed permanently and are not redriven or deleted yet. */
  readonly deadLetters: number;
}

export interface AsyncOptions {
  readonly queue: Queue;
  readonly catalog: Catalog;
  readonly dispatcher: Pick<Dispatcher, 'cancel' | 'running' | 'notBegun'>;
  readonly deadLetters: Pick<DeadLetterBox, 'count'>;
  readonly logs: Pick<RequestLogs, 'fromPlatform'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Throws `disk_full` while the disk has no space for new events. */
  readonly refuseWhenFull: () => void;
}

type State = MessageSummary['state'];

const ACTIVE: readonly State[] = ['ready', 'leased'];
const STATES: Readonly<Record<AsyncStatus, { readonly states: readonly State[]; readonly expired?: boolean }>> = {
  WAIT: { states: ['ready'] },
  RUNNING: { states: ['leased'] },
  SUCCESS: { states: ['done'] },
  FAIL: { states: ['dead', 'cancelled'], expired: false },
  DISCARD: { states: ['dead'], expired: true },
};
/** Counted, and reached by an offset: more would keep the database from others. */
export const MOST_LISTED_INVOCATIONS = 10_000;

/** Acceptance and status of async invocations. The dispatcher runs them. */
export class AsyncInvocations {
  readonly #options: AsyncOptions;

  constructor(options: AsyncOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the event is on disk. Rejects before anything is stored for an unknown or disabled function, a wrong
   * memory choice or a too large event, or with `disk_full`. With `together` both are on disk, or neither: rejects then
   * with `storage.guard` when a statement of it that must affect a row did not.
   */
  async accept(
    request: {
      urn: FunctionUrn;
      event: Buffer;
      requestId: string;
      memoryChoice?: string | undefined;
      headers?: RequestHeaders;
      depth?: number | undefined;
      traceparent?: string | undefined;
      /** Unless set, that of external callers. */
      maxEventBytes?: number;
    },
    together: AtomicStep['statements'] = [],
  ): Promise<void> {
    const { message, attributes } = acceptedMessage(this.#options, {
      maxEventBytes: LIMITS.asyncEventBytes,
      ...request,
    });
    this.#options.refuseWhenFull();
    await this.#enqueue(message, together);
    this.#waits(message, attributes, request);
  }

  /**
   * The message that `accept` would store, for a caller that stores it with other things. Throws like `accept` rejects;
   * call `stored` when the message is stored.
   */
  messageOf(request: {
    urn: FunctionUrn;
    event: Buffer;
    requestId: string;
    depth: number;
    traceparent?: string | undefined;
  }): {
    readonly message: NewMessage;
    readonly stored: () => void;
  } {
    const { message, attributes } = acceptedMessage(this.#options, {
      ...request,
      maxEventBytes: LIMITS.asyncEventBytes,
    });
    this.#options.refuseWhenFull();
    return { message, stored: () => this.#waits(message, attributes, request) };
  }

  #waits(message: NewMessage, attributes: AsyncAttributes, of: { urn: FunctionUrn; requestId: string }): void {
    if (attributes.statusLog !== true) return;
    const fn = { functionKey: message.group, functionId: attributes.functionId };
    tellStatus(this.#options.logs, fn, of.urn, of.requestId, 'WAIT');
  }

  async #enqueue(message: NewMessage, together: NonNullable<AtomicStep['statements']>): Promise<void> {
    const { queue } = this.#options;
    try {
      if (together.length === 0) await queue.enqueue(message);
      else await queue.atomically({ messages: [message], statements: together });
    } catch (error) {
      throw queueRefusal(error);
    }
  }

  /** Newest first. */
  async list(
    urn: FunctionUrn,
    filter: {
      status?: AsyncStatus;
      active?: boolean;
      ids?: readonly string[];
      from: number;
      to: number;
      limit: number;
      offset: number;
    },
  ): Promise<{ records: AsyncRecord[]; hasMore: boolean; count: number }> {
    const { queue, catalog, dispatcher } = this.#options;
    const { status, active, ids, to, limit, offset } = filter;
    const from = Math.max(filter.from, createdAt(catalog, urn));
    const group = functionKeyOf(resolve(catalog, urn));
    const notBegun = dispatcher.notBegun(group);
    const all = {
      ...{ topic: ASYNC_TOPIC, group, from, to, notBegun },
      ...(status === undefined ? (active === true ? { states: ACTIVE } : {}) : STATES[status]),
      ...(ids === undefined ? {} : { ids }),
    };
    const [page, count] = await Promise.all([
      queue.list({ ...all, limit, offset }),
      queue.count(all, MOST_LISTED_INVOCATIONS),
    ]);
    const waiting = new Set(notBegun);
    const records = page.messages.map((message) => toRecord(message, waiting.has(message.id)));
    return { records, hasMore: page.hasMore, count };
  }

  /** Unfinished messages are counted in memory: a scrape must not read the backlog. */
  async gauges(): Promise<AsyncGauges> {
    const { queue, deadLetters, dispatcher } = this.#options;
    const dead = await deadLetters.count();
    const { running } = dispatcher;
    return {
      waiting: Math.max(0, queue.unfinished(ASYNC_TOPIC) - running),
      running,
      deliveries: queue.unfinished(DELIVERY_TOPIC),
      deadLetters: dead,
    };
  }

  /** Cancels a waiting or running invocation. Throws `not_found` for an unknown id, `invalid_request` after its end. */
  async cancel(urn: FunctionUrn, requestId: string): Promise<void> {
    const { queue, catalog, dispatcher } = this.#options;
    const message = await queue.get(requestId);
    if (
      message === undefined ||
      message.topic !== ASYNC_TOPIC ||
      message.group !== functionKeyOf(resolve(catalog, urn)) ||
      isOfReplaced(catalog, message)
    ) {
      throw new PlatformError('not_found', `the function has no asynchronous invocation ${requestId}`);
    }
    const result = await queue.cancel(requestId, { code: CODES.cancelled, message: 'cancelled' });
    if (result === 'finished') throw new PlatformError('invalid_request', `the invocation ${requestId} is over`);
    if (result === 'running') dispatcher.cancel(requestId);
  }
}

function toRecord(message: MessageSummary, waits: boolean): AsyncRecord {
  const { outcome, state } = message;
  const expired = outcome?.reason === 'expired';
  const status: Record<State, AsyncStatus> = {
    ready: 'WAIT',
    leased: waits ? 'WAIT' : 'RUNNING',
    done: 'SUCCESS',
    dead: expired ? 'DISCARD' : 'FAIL',
    cancelled: 'FAIL',
  };
  const ended = message.finishedAt !== null;
  return {
    requestId: message.id,
    status: status[state],
    code: ended && typeof outcome?.code === 'number' ? outcome.code : 0,
    message:
      ended && typeof outcome?.message === 'string' ? outcome.message : expired ? 'the maximum age was reached' : '',
    enqueuedAt: message.enqueuedAt,
    startedAt: message.startedAt,
    finishedAt: message.finishedAt,
  };
}
