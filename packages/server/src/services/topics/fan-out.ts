import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { type Peers, type Queue, QueueError } from '../../queue/index.ts';
import { isGuard } from '../../storage/index.ts';
import type { MessageStore, WaitingMessage } from './message-store.ts';
import { passes } from './rules/filter.ts';
import type { Targets } from './targets.ts';
import { notificationOf } from './topic-messages.ts';

export interface TopicFanOutOptions {
  readonly store: Pick<MessageStore, 'waiting' | 'advance'>;
  readonly targets: Pick<Targets, 'next'>;
  readonly queue: Pick<Queue, 'atomically'>;
  /** Servers that may have left messages. */
  readonly peers: Peers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Messages that are spread at the same time. */
const MESSAGES = 32;
/** Deliveries of one step. */
const PAGE = 500;
/** Messages of servers that were killed, and projects without room for deliveries. */
const LOOK_EVERY_MS = 1_000;

/**
 * Gives each message of a topic a delivery for each of its subscriptions and triggers, in steps. A step stores its deliveries and its
 * position together, so that any server can go on after a crash, and two never do the same step.
 */
export class TopicFanOut {
  readonly #options: TopicFanOutOptions;
  readonly #drain: CoalescedTask;
  /** Projects without room for deliveries. */
  readonly #full = new Set<string>();
  #running = false;
  #next: Timer | undefined;

  constructor(options: TopicFanOutOptions) {
    this.#options = options;
    this.#drain = new CoalescedTask(
      () => this.#drainAll(),
      (error) => {
        options.log.error({ err: error }, 'messages of topics could not be spread; it is tried again');
        this.#lookAgain();
      },
    );
  }

  /** Also spreads messages of an earlier process. */
  start(): void {
    this.#running = true;
    this.#drain.request();
  }

  /** Messages may be stored. */
  wake(): void {
    if (this.#running) this.#drain.request();
  }

  /** Resolves when the steps in progress are stored. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#next?.cancel();
    await this.#drain.idle();
  }

  async #drainAll(): Promise<void> {
    const { store, peers } = this.#options;
    this.#full.clear();
    while (this.#running) {
      const messages = await store.waiting(MESSAGES, [...this.#full]);
      if (messages.length === 0) break;
      const ends = await Promise.allSettled(messages.map((message) => this.#spread(message)));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
    if (this.#full.size > 0 || peers.others.length > 0) this.#lookAgain();
  }

  #lookAgain(): void {
    if (!this.#running) return;
    this.#next?.cancel();
    this.#next = this.#options.clock.after(LOOK_EVERY_MS, () => this.#drain.request());
  }

  async #spread(message: WaitingMessage): Promise<void> {
    let { cursor } = message;
    let limit = PAGE;
    while (this.#running) {
      try {
        const step = await this.#step({ ...message, cursor }, limit);
        if (step === undefined) return;
        cursor = step;
      } catch (error) {
        // another server has done this step, or the topic was deleted
        if (isGuard(error)) return;
        if (!(error instanceof QueueError)) throw error;
        if (limit === 1) {
          this.#full.add(message.projectId);
          this.#options.log.warn({ projectId: message.projectId }, 'messages of topics wait: the project has no room');
          return;
        }
        limit = Math.ceil(limit / 4);
      }
    }
  }

  /** The next position; undefined after the last step. */
  async #step(message: WaitingMessage, limit: number): Promise<string | undefined> {
    const { store, targets, queue } = this.#options;
    const topic = { id: message.topicId, projectId: message.projectId, name: message.topicName };
    const page = await targets.next(topic, message.cursor, limit);
    const due = page.targets.filter((target) => passes(message.content.attributes, target));
    const { to, isLast } = page;
    await queue.atomically({
      messages: due.map((target) => notificationOf(message, target)),
      statements: store.advance(message, { to, deliveries: due.length, isLast }),
    });
    return isLast ? undefined : to;
  }
}
