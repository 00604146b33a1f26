import type { Logger } from 'pino';
import { RunningRequests } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import { Drain } from '../startup/index.ts';

export interface LifetimeOptions {
  readonly drainMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What must be stopped: each part registers its stop when it has started, and the last one stops first. */
export class Lifetime {
  readonly requests: RunningRequests;
  /** One deadline for all parts, from the moment that the first begins to stop. */
  readonly drain: Drain;
  readonly #log: Logger;
  readonly #steps: (() => unknown)[] = [];
  readonly #leaving = new AbortController();
  #leave: () => Promise<void> = () => Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor({ drainMs, clock, log }: LifetimeOptions) {
    this.#log = log;
    this.requests = new RunningRequests(clock);
    this.drain = new Drain({ drainMs, requests: this.requests, log });
  }

  /** Fires when the stop was requested, before the drain begins: the server is no longer ready, and still takes calls. */
  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  /** What comes before the drain, in which the server still takes calls. */
  beforeDrain(leave: () => Promise<void>): void {
    this.#leave = leave;
  }

  onStop(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Idempotent. A part that cannot be stopped is logged, and the others are stopped all the same. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#leaving.abort();
    await this.#leave().catch((error: unknown) => this.#log.error({ err: error }, 'the others could not be notified'));
    this.drain.begin();
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        this.#log.error({ err: error }, 'a part could not be stopped');
      }
    }
    this.drain.over();
  }
}
