import { type FunctionUrn, LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { pause } from '../../lib/pause.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Invoker } from '../invoker.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import { classify } from './retry-policy.ts';

export interface DirectDeliveryOptions {
  readonly invoker: Pick<Invoker, 'invoke' | 'recordRefused'>;
  readonly async: Pick<AsyncInvocations, 'accept'>;
  readonly clock: Clock;
}

/** An event, and what ends the wait for its turn. */
export interface DirectEvent {
  readonly urn: FunctionUrn;
  readonly event: Buffer;
  readonly signal: AbortSignal;
}

const PAUSES = { firstMs: 500, mostMs: 10_000 };

/**
 * Runs events whose source keeps them until then, such as a message broker. An event whose function fails goes on as an
 * asynchronous invocation, with the retries, the destinations and the dead letter of those.
 */
export class DirectDelivery {
  readonly #options: DirectDeliveryOptions;

  constructor(options: DirectDeliveryOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the function succeeded or the event is stored; the source may forget it then. Waits while the function
   * may not run. Rejects when the function or version does not exist, and when the signal is aborted before it ran.
   */
  async deliver({ urn, event, signal }: DirectEvent): Promise<void> {
    const { invoker } = this.#options;
    const requestId = newRequestId();
    const most = LIMITS.syncEventBytes + LIMITS.sizeToleranceBytes;
    if (event.length > most) {
      const message = `An event is left out: it has ${event.length} bytes, more than ${LIMITS.syncEventBytes}`;
      invoker.recordRefused({ urn, requestId, event }, message);
      return;
    }
    for (let waits = 1; ; waits += 1) {
      const result = classify(await this.#run(urn, event, requestId));
      if (result.kind === 'ok') return;
      if (result.kind === 'gone') throw new Error(result.message);
      if (result.kind === 'failed') break;
      await this.#wait(waits, signal);
    }
    for (let waits = 1; !(await this.#store(urn, event, requestId)); waits += 1) await this.#wait(waits, signal);
  }

  #run(urn: FunctionUrn, event: Buffer, requestId: string) {
    const { invoker, clock } = this.#options;
    const receivedAt = clock.monotonic();
    return invoker
      .invoke({ urn, event, mode: 'async', requestId, attempt: 1, tail: false, receivedAt })
      .catch((thrown: unknown) => ({ thrown }));
  }

  /** False while the project has no room for it. */
  async #store(urn: FunctionUrn, event: Buffer, requestId: string): Promise<boolean> {
    try {
      await this.#options.async.accept({ urn, event, requestId, maxEventBytes: LIMITS.syncEventBytes });
      return true;
    } catch (error) {
      if (error instanceof PlatformError && error.spec.retryable) return false;
      throw error;
    }
  }

  async #wait(waits: number, signal: AbortSignal): Promise<void> {
    await pause(this.#options.clock, pauseAfter(waits, PAUSES), signal);
    signal.throwIfAborted();
  }
}
