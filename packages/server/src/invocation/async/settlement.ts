import { type FunctionUrn, parseUrn } from '@funcgraph/api';
import { LATEST } from '../../domain/names.ts';
import { CODES } from '../../instances/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DeadLetterBox, LeasedMessage, NewMessage, Queue } from '../../queue/index.ts';
import type { RequestLogs } from '../request-logs.ts';
import { deliveryOf } from './delivery-message.ts';
import { ASYNC_TOPIC, type AsyncAttributes, readAttributes } from './message.ts';
import type { Ending } from './outcome-event.ts';
import { classify, decide } from './retry-policy.ts';
import { endingOf, type Outcome, recordOf, urnOf } from './verdict-record.ts';

export interface SettlementOptions {
  readonly queue: Queue;
  readonly deadLetters: Pick<DeadLetterBox, 'add'>;
  /** Steady clock, for due times. */
  readonly clock: Clock;
  /** Ms since the epoch, from the clock of the machine. */
  readonly wallTime: () => number;
  readonly logs: Pick<RequestLogs, 'fromPlatform'>;
  readonly newId: () => string;
}

const EXPIRED_BATCH = 200;
const EXPIRED_LEASE_MS = 30_000;
const TOO_OLD = 'the maximum age was reached before it could run';

/**
 * Ends async invocations. An outcome and the message that delivers it are stored in one step: a killed server has
 * stored both or neither.
 */
export class Settlement {
  readonly #options: SettlementOptions;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** Logs the begin of an attempt if the function has a status log. */
  begins(message: LeasedMessage, attributes: AsyncAttributes, attempt: number): void {
    this.#tell(message, attributes, `RUNNING, attempt ${attempt}`);
  }

  /** Stores the end of an attempt: final, or until the next one. Stores nothing when the lease has ended. */
  async store(message: LeasedMessage, attributes: AsyncAttributes, outcome: Outcome): Promise<{ throttled: boolean }> {
    const { queue, deadLetters, clock } = this.#options;
    const retriesDone = retriesOf(message);
    const limits = { maxRetries: attributes.maxRetries, expiresAt: message.expiresAt ?? Number.MAX_SAFE_INTEGER };
    const verdict = decide(classify(outcome), limits, retriesDone, clock.now());
    if (verdict.kind === 'retry') {
      const { countsAsRetry, delayMs } = verdict;
      await queue.retry(message.receipt, {
        notBefore: clock.now() + delayMs,
        outcome: { retriesDone: retriesDone + (countsAsRetry ? 1 : 0) },
      });
      if (countsAsRetry) this.#tell(message, attributes, `WAIT, next attempt in ${delayMs} ms`);
      return { throttled: !countsAsRetry };
    }
    const ended = { ending: endingOf(verdict, outcome), urn: urnOf(attributes, outcome), attempts: retriesDone + 1 };
    const step = {
      outcome: { ...recordOf(verdict), retriesDone },
      messages: this.#deliveries(message, attributes, ended),
    };
    const stored =
      verdict.kind === 'ack'
        ? await queue.finish({ receipt: message.receipt, state: 'done', ...step })
        : await deadLetters.add(message, step);
    if (stored) this.#tell(message, attributes, verdict.kind === 'ack' ? 'SUCCESS' : `FAIL, code ${verdict.code}`);
    return { throttled: false };
  }

  /** Ends an invocation that its caller cancelled: no outcome is delivered. */
  async cancelled(message: LeasedMessage, attributes: AsyncAttributes): Promise<void> {
    const outcome = { code: CODES.cancelled, message: 'cancelled', retriesDone: retriesOf(message) };
    await this.#options.queue.stop(message.receipt, outcome);
    this.#tell(message, attributes, `FAIL, code ${CODES.cancelled}`);
  }

  /** Ends expired messages; true when there may be more. */
  async buryExpired(): Promise<boolean> {
    const { queue } = this.#options;
    const request = { topic: ASYNC_TOPIC, limit: EXPIRED_BATCH, leaseMs: EXPIRED_LEASE_MS };
    const messages = await queue.leaseExpired(request);
    await Promise.all(messages.map((message) => this.#bury(message)));
    return messages.length === EXPIRED_BATCH;
  }

  async #bury(message: LeasedMessage): Promise<void> {
    const attributes = readAttributes(message.attributes);
    const retriesDone = retriesOf(message);
    const ending: Ending = { kind: 'expired', message: TOO_OLD };
    const stored = await this.#options.deadLetters.add(message, {
      outcome: { reason: 'expired', code: 429, message: TOO_OLD, retriesDone },
      messages: this.#deliveries(message, attributes, { ending, urn: urnOf(attributes), attempts: retriesDone }),
    });
    if (stored) this.#tell(message, attributes, `DISCARD, ${TOO_OLD}`);
  }

  #deliveries(
    { id: requestId, payload: event, group }: LeasedMessage,
    attributes: AsyncAttributes,
    how: { readonly ending: Ending; readonly urn: string; readonly attempts: number },
  ): NewMessage[] {
    const { wallTime, newId } = this.#options;
    const ended = { ...how, requestId, event, endedAt: wallTime() };
    const delivery = deliveryOf(ended, { attributes, group, id: newId() });
    return delivery === undefined ? [] : [delivery];
  }

  #tell({ group, id }: LeasedMessage, attributes: AsyncAttributes, status: string): void {
    if (attributes.statusLog === true) {
      const { functionId } = attributes;
      tellStatus(this.#options.logs, { functionKey: group, functionId }, parseUrn(attributes.urn), id, status);
    }
  }
}

/** One line of the status log, in the log of the function. */
export function tellStatus(
  logs: Pick<RequestLogs, 'fromPlatform'>,
  of: { readonly functionKey: string; readonly functionId: string | undefined },
  urn: FunctionUrn | undefined,
  requestId: string,
  status: string,
): void {
  const version = urn?.qualifier?.kind === 'alias' ? '' : (urn?.qualifier?.name ?? LATEST);
  logs.fromPlatform('', { ...of, version }, requestId, `Async invocation '${requestId}': ${status}`);
}

function retriesOf({ outcome }: LeasedMessage): number {
  return Number(outcome?.retriesDone ?? 0);
}
