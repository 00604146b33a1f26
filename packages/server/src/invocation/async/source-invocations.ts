import { type FunctionUrn, LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { pause } from '../../lib/pause.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AtomicStep, DeadLetterBox, NewLetter, NewMessage, Queue } from '../../queue/index.ts';
import type { Invoker } from '../invoker.ts';
import { type Accepting, acceptedMessage } from './acceptance.ts';
import { deliveryOf } from './delivery-message.ts';
import type { AsyncAttributes } from './message.ts';
import { classify, decide } from './retry-policy.ts';
import { endingOf, type Outcome, recordOf, urnOf } from './verdict-record.ts';

export interface SourceInvocationsOptions {
  readonly accepting: Accepting;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly queue: Pick<Queue, 'atomically' | 'unlessGuarded'>;
  readonly deadLetters: Pick<DeadLetterBox, 'bury' | 'get'>;
  /** Monotonic, and for pauses. */
  readonly clock: Clock;
  readonly wallTime: () => number;
  readonly newId: () => string;
}

export interface SourceEvent {
  readonly urn: FunctionUrn;
  readonly event: Buffer;
  /** The same when the event is repeated after a crash. */
  readonly requestId: string;
  /** Whether a different event may have the same request id; a dead letter of one does not replace that of the other. */
  readonly sharesId?: boolean;
  /** Why the function must not run with it: it fails at once. */
  readonly refusal?: string;
  /** Valid; the invocation and its destination continue the trace. */
  readonly traceparent?: string | undefined;
  /** Ends the wait while the function may not run: nothing has run then. */
  readonly ending: AbortSignal;
  /** Ends the wait for another attempt, and forgets what the running one returns. */
  readonly cut: AbortSignal;
}

/** The end of an invocation, which is not stored yet. */
export interface SourceEnd {
  /** Of one that failed permanently. */
  readonly letter: NewLetter | undefined;
  /** The result for its destination. */
  readonly deliveries: readonly NewMessage[];
}

const MOST_EVENT_BYTES = LIMITS.syncEventBytes + LIMITS.sizeToleranceBytes;
const DISABLED_PAUSES = { firstMs: 1_000, mostMs: 10_000 };

/**
 * Invocations whose event stays in its source until they end, such as records of a stream. They have the retries, the
 * destinations and the dead letters of asynchronous ones, but use no queue.
 */
export class SourceInvocations {
  readonly #options: SourceInvocationsOptions;

  constructor(options: SourceInvocationsOptions) {
    this.#options = options;
  }

  /**
   * Runs the function until it succeeds or fails permanently, and waits while it is disabled or has no room. An event that
   * is too large fails at once. Rejects when no such function or version exists, and when a signal is aborted.
   */
  async run(event: SourceEvent): Promise<SourceEnd> {
    const { message, attributes } = await this.#accepted(event);
    const limits = { maxRetries: attributes.maxRetries, expiresAt: message.expiresAt ?? Number.MAX_SAFE_INTEGER };
    for (let retriesDone = 0; ; ) {
      const outcome = await this.#attempt(event, attributes, retriesDone + 1);
      event.cut.throwIfAborted();
      const verdict = decide(classify(outcome), limits, retriesDone, this.#options.accepting.clock.now());
      if (verdict.kind === 'retry') {
        if (verdict.countsAsRetry) retriesDone += 1;
        const stop = retriesDone === 0 ? event.ending : event.cut;
        await pause(this.#options.clock, verdict.delayMs, stop);
        stop.throwIfAborted();
        continue;
      }
      const ended = { ending: endingOf(verdict, outcome), urn: urnOf(attributes, outcome), attempts: retriesDone + 1 };
      const record = { ...recordOf(verdict), retriesDone };
      return {
        letter: verdict.kind === 'ack' ? undefined : await this.#letter(event, message, { ...ended, outcome: record }),
        deliveries: this.#deliveries(message, attributes, ended),
      };
    }
  }

  /**
   * Stores the end and other statements in one step: the source may go on then. False, without any change, when one of
   * the statements that must affect a row did not.
   */
  store({ letter, deliveries }: SourceEnd, statements: NonNullable<AtomicStep['statements']>): Promise<boolean> {
    const { queue, deadLetters } = this.#options;
    const step = { messages: deliveries, statements };
    return letter === undefined ? queue.unlessGuarded(() => queue.atomically(step)) : deadLetters.bury(letter, step);
  }

  async #accepted({ urn, event, requestId, traceparent, ending, cut }: SourceEvent) {
    for (let waits = 1; ; waits += 1) {
      cut.throwIfAborted();
      try {
        const call = { urn, event, requestId, traceparent, maxEventBytes: Infinity };
        return acceptedMessage(this.#options.accepting, call);
      } catch (error) {
        if (!(error instanceof PlatformError) || error.code !== 'overloaded') throw error;
      }
      await pause(this.#options.clock, pauseAfter(waits, DISABLED_PAUSES), ending);
      ending.throwIfAborted();
    }
  }

  async #attempt(
    { urn, event, requestId, refusal }: SourceEvent,
    of: AsyncAttributes,
    attempt: number,
  ): Promise<Outcome> {
    const { invoker, clock } = this.#options;
    if (refusal !== undefined) return { thrown: new PlatformError('event_too_large', refusal) };
    if (event.length > MOST_EVENT_BYTES) {
      const message = `an event may have ${LIMITS.syncEventBytes} bytes, this one has ${event.length}`;
      return { thrown: new PlatformError('event_too_large', message) };
    }
    try {
      const receivedAt = clock.monotonic();
      const { toAdditional, traceparent } = of;
      return await invoker.invoke({
        urn,
        functionId: of.functionId,
        event,
        mode: 'async',
        requestId,
        attempt,
        toAdditional,
        traceparent,
        tail: false,
        receivedAt,
      });
    } catch (thrown) {
      return { thrown };
    }
  }

  async #letter(
    { sharesId = false }: SourceEvent,
    { id, topic, group, payload, attributes = {} }: NewMessage,
    { outcome, attempts }: Pick<NewLetter, 'outcome' | 'attempts'>,
  ): Promise<NewLetter> {
    const { deadLetters, newId } = this.#options;
    const isTaken = sharesId && (await deadLetters.get(id)) !== undefined;
    return { id: isTaken ? newId() : id, topic, group, payload, attributes, outcome, attempts };
  }

  #deliveries(
    { id: requestId, payload: event, group }: NewMessage,
    attributes: AsyncAttributes,
    how: Pick<Parameters<typeof deliveryOf>[0], 'ending' | 'urn' | 'attempts'>,
  ): NewMessage[] {
    const { wallTime, newId } = this.#options;
    const ended = { ...how, requestId, event, endedAt: wallTime() };
    const delivery = deliveryOf(ended, { attributes, group, id: newId() });
    return delivery === undefined ? [] : [delivery];
  }
}
