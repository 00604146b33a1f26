import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.ts';
import { pause } from '../../lib/pause.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import type { Lease, Leases } from '../../storage/index.ts';
import type { BatchRoom } from './batch-room.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { Lane } from './placement.ts';
import type { Batch, SourceTrigger } from './source-trigger.ts';
import type { SourceBatch, StreamSource } from './stream-source.ts';
import type { TriggerHealth } from './trigger-health.ts';

export interface LaneReaderDeps {
  readonly checkpoints: Pick<CheckpointStore, 'positions' | 'advance'>;
  readonly leases: Pick<Leases, 'acquire' | 'isHeld' | 'guard' | 'release'>;
  readonly room: BatchRoom;
  readonly health: Pick<TriggerHealth, 'works' | 'fails' | 'forget'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What this server may do with a lane, from a lease of it on. */
interface Held {
  readonly lease: Lease;
  readonly positions: Map<string, string>;
}

/** What one look at a lane ended with. */
type Look = 'done' | 'nothing' | 'not mine';

const FAILED = { firstMs: 1_000, mostMs: 60_000 };
const NOT_MINE_MS = 1_000;

/** Pure: how long a lane waits before its next look. */
export function pauseOf(look: Look | 'failed', failures: number, emptyMs: number): number {
  switch (look) {
    case 'done':
      return 0;
    case 'nothing':
      return emptyMs;
    case 'not mine':
      return NOT_MINE_MS;
    case 'failed':
      return pauseAfter(failures, FAILED);
  }
}

/**
 * Reads one lane of a trigger: a batch, what it starts, and in one step its end and the position after it. At least once:
 * after a crash a batch that was not stored runs again, with the same request id.
 */
export class LaneReader {
  readonly #deps: LaneReaderDeps;
  readonly #trigger: SourceTrigger;
  readonly #lane: Lane;
  readonly #source: StreamSource;
  #held: Held | undefined;

  constructor(
    deps: LaneReaderDeps,
    { trigger, lane, source }: { trigger: SourceTrigger; lane: Lane; source: StreamSource },
  ) {
    this.#deps = deps;
    this.#trigger = trigger;
    this.#lane = lane;
    this.#source = source;
  }

  /**
   * Reads until `ending` is aborted and the batch in progress has ended; `cut` ends that, too, without storing it. Never
   * rejects.
   */
  async run(ending: AbortSignal, cut: AbortSignal): Promise<void> {
    const { leases, health, log } = this.#deps;
    const { id: triggerId } = this.#trigger;
    let failures = 0;
    while (!ending.aborted) {
      let look: Look | 'failed';
      try {
        look = await this.#look(ending, cut);
        failures = 0;
        if (look === 'not mine') health.forget(triggerId, this.#lane.key);
        else if (!ending.aborted) health.works(triggerId, this.#lane.key);
      } catch (error) {
        if (cut.aborted || ending.aborted) break;
        failures += 1;
        look = 'failed';
        health.fails(triggerId, this.#lane.key, error);
        log.info({ triggerId, failures, err: error }, 'a batch of a trigger waits');
      }
      const ms = pauseOf(look, failures, this.#source.pauseMs(this.#trigger));
      if (ms > 0) await pause(this.#deps.clock, ms, ending);
    }
    health.forget(triggerId, this.#lane.key);
    const held = this.#held;
    if (held !== undefined && !cut.aborted) {
      await leases.release(held.lease).catch((error: unknown) => log.error({ err: error }, 'a lease was not released'));
    }
  }

  async #look(ending: AbortSignal, cut: AbortSignal): Promise<Look> {
    const { room } = this.#deps;
    const held = await this.#hold();
    if (held === undefined) return 'not mine';
    const bytes = this.#source.batchBytes(this.#trigger);
    return room.run(this.#trigger.fn.projectId, bytes, async () => {
      if (ending.aborted) return 'nothing';
      const batch = await this.#source.read(this.#trigger, this.#lane.shards, held.positions);
      if (batch === undefined) return 'nothing';
      return (await this.#handle(batch, held, { ending, cut })) ? 'done' : 'not mine';
    });
  }

  /** False when another server has the lane by now. */
  async #handle(
    { shard, event, id, next }: SourceBatch,
    held: Held,
    signals: Pick<Batch, 'ending' | 'cut'>,
  ): Promise<boolean> {
    const { checkpoints, leases } = this.#deps;
    const trigger = this.#trigger;
    const stored = await trigger.run({ event, id, ...signals }, [
      leases.guard(held.lease),
      checkpoints.advance(trigger.id, shard, held.positions.get(shard), next),
    ]);
    if (stored) held.positions.set(shard, next);
    else this.#held = undefined;
    return stored;
  }

  async #hold(): Promise<Held | undefined> {
    const { leases, checkpoints } = this.#deps;
    if (this.#held !== undefined && leases.isHeld(this.#held.lease)) return this.#held;
    this.#held = undefined;
    const lease = await leases.acquire(this.#lane.key);
    if (lease === undefined) return undefined;
    // after the lease: another server may have moved the positions until then
    this.#held = { lease, positions: await checkpoints.positions(this.#trigger.id) };
    return this.#held;
  }
}
