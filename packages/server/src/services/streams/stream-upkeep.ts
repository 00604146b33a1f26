import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { ExpiryStore, Removal } from './expiry-store.ts';
import type { BatchHead } from './record-store.ts';

const MINUTE_MS = 60_000;
/** Of one step: other statements wait for it. */
const STEP_ROWS = 500;
const STEP_BYTES = 16 * 1024 * 1024;

interface StreamUpkeepOptions {
  readonly store: ExpiryStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Once a minute, removes expired records and those of deleted streams, in small steps. */
export class StreamUpkeep {
  readonly #options: StreamUpkeepOptions;
  readonly #task: CoalescedTask;
  #guard: AtomicStatement | undefined;
  #timer: Timer | undefined;

  constructor(options: StreamUpkeepOptions) {
    this.#options = options;
    this.#task = new CoalescedTask(
      () => this.#run(),
      (error) => options.log.error({ err: error }, 'expired records of streams could not be removed'),
    );
  }

  /** Each step fails when the guard does: another server removes records then. */
  start(guard: AtomicStatement): void {
    this.#guard = guard;
    this.wake();
    const later = (): void => {
      this.#timer = this.#options.clock.after(MINUTE_MS, () => {
        this.wake();
        later();
      });
    };
    later();
  }

  /** Records may be removed now. */
  wake(): void {
    if (this.#guard !== undefined) this.#task.request();
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#guard = undefined;
    await this.#task.idle();
  }

  async #run(): Promise<void> {
    const { store, clock } = this.#options;
    for (;;) {
      const stream = this.#guard && (await store.removedStream());
      if (stream === undefined) break;
      for (let shard = 0; shard < stream.shards; shard += 1) {
        await this.#empty({ streamId: stream.id, projectId: stream.projectId, shard }, () => true);
      }
      if (this.#guard !== undefined) await store.forget(stream.id);
    }
    const now = clock.now();
    for (;;) {
      const removal = this.#guard && (await store.expired(now));
      if (removal === undefined) break;
      await this.#empty(removal, ({ expiresAt }) => expiresAt <= now);
    }
  }

  /** Removes rows from the oldest on, as long as the condition holds. */
  async #empty(removal: Removal, condition: (head: BatchHead) => boolean): Promise<void> {
    const { store } = this.#options;
    for (;;) {
      const guard = this.#guard;
      if (guard === undefined) return;
      const heads = await store.oldest(removal, STEP_ROWS);
      let bytes = 0;
      const end = heads.findIndex((head, at) => {
        bytes += head.bytes;
        return !condition(head) || (at > 0 && bytes > STEP_BYTES);
      });
      const step = end === -1 ? heads : heads.slice(0, end);
      if (step.length === 0) return;
      await store.remove(removal, step, guard);
    }
  }
}
