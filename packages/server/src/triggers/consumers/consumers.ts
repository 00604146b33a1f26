import type { Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Member, Peers } from '../../storage/index.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { LaneReader, type LaneReaderDeps } from './lane-reader.ts';
import { lanesOf, placeOf } from './placement.ts';
import type { SourceTargets, SourceTrigger } from './source-trigger.ts';
import type { StreamSource } from './stream-source.ts';
import type { TriggerHealth } from './trigger-health.ts';

export interface ConsumersDeps extends LaneReaderDeps {
  readonly targets: readonly SourceTargets[];
  /** By type code of their triggers. */
  readonly sources: ReadonlyMap<string, StreamSource>;
  readonly member: Member & Peers;
  readonly health: TriggerHealth;
  readonly checkpoints: Pick<CheckpointStore, 'positions' | 'advance' | 'sweep'>;
}

interface Reading {
  readonly modifiedAt: number;
  readonly end: () => void;
  readonly ended: Promise<void>;
}

/** What a trigger without a stream has instead. */
const NO_LANE = '';
/** Streams are made and deleted without a sign. */
const LOOK_AGAIN_MS = 5_000;
const SWEEP_EVERY_MS = 3_600_000;

/** Reads the streams of triggers, on each server those lanes that are placed there. */
export class Consumers {
  readonly #deps: ConsumersDeps;
  readonly #look: CoalescedTask;
  readonly #reading = new Map<string, Reading>();
  readonly #cut = new AbortController();
  #timer: Timer | undefined;
  #stopFollowing: readonly (() => void)[] = [];
  #stopped = false;
  #sweptAt = 0;

  constructor(deps: ConsumersDeps) {
    this.#deps = deps;
    this.#look = new CoalescedTask(
      () => this.#place(),
      (error) => deps.log.error({ err: error }, 'streams of triggers could not be looked up'),
    );
  }

  /** Call when functions and flows can run. */
  start(): void {
    const { targets, member } = this.#deps;
    const look = (): void => this.#look.request();
    this.#stopFollowing = [...targets.map((target) => target.onChange(look)), member.onChange(look)];
    this.#again();
    look();
  }

  /** Resolves when the batches in progress have ended, or `cut` is aborted, which leaves them unfinished. */
  async stop(cut: AbortSignal): Promise<void> {
    this.#stopped = true;
    for (const stop of this.#stopFollowing) stop();
    this.#timer?.cancel();
    await this.#look.idle();
    for (const { end } of this.#reading.values()) end();
    const forget = (): void => this.#cut.abort(new Error('the server stops'));
    cut.addEventListener('abort', forget, { once: true });
    if (cut.aborted) forget();
    const aborted = new Promise<void>((resolve) => this.#cut.signal.addEventListener('abort', () => resolve()));
    const all = Promise.all([...this.#reading.values()].map(({ ended }) => ended));
    await (this.#cut.signal.aborted ? undefined : Promise.race([all, aborted]));
  }

  #again(): void {
    this.#timer = this.#deps.clock.after(LOOK_AGAIN_MS, () => {
      this.#look.request();
      this.#again();
    });
  }

  async #place(): Promise<void> {
    await this.#sweep();
    const { targets, sources, member, health } = this.#deps;
    const placed = new Set<string>();
    const servers = serversFor(member);
    const active = new Set<string>();
    for (const trigger of targets.flatMap((target) => [...target.triggers(sources)])) {
      const source = sources.get(trigger.settings.kind);
      if (source === undefined || this.#stopped) continue;
      active.add(trigger.id);
      const shards = await source.shards(trigger);
      if (shards === undefined) {
        health.fails(trigger.id, NO_LANE, new PlatformError('trigger_stream_not_found', 'the stream does not exist'));
        continue;
      }
      health.forget(trigger.id, NO_LANE);
      for (const lane of lanesOf(trigger.id, shards, source.isSerial(trigger))) {
        if (placeOf(lane.key, servers) !== member.id) continue;
        placed.add(lane.key);
        this.#read(trigger, source, lane);
      }
    }
    for (const [key, { end }] of this.#reading) if (!placed.has(key)) end();
    health.keepOnly(active);
  }

  async #sweep(): Promise<void> {
    const { checkpoints, clock } = this.#deps;
    if (this.#stopped || clock.now() - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = clock.now();
    await checkpoints.sweep();
  }

  #read(
    trigger: SourceTrigger,
    source: StreamSource,
    lane: { readonly key: string; readonly shards: readonly string[] },
  ): void {
    const present = this.#reading.get(lane.key);
    if (this.#stopped || present?.modifiedAt === trigger.modifiedAt) return;
    present?.end();
    const control = new AbortController();
    const reader = new LaneReader(this.#deps, { trigger, lane, source });
    // a lane has one batch in progress, also when its trigger changes
    const ended = Promise.resolve(present?.ended)
      .then(() => reader.run(control.signal, this.#cut.signal))
      .finally(() => {
        if (this.#reading.get(lane.key)?.ended === ended) this.#reading.delete(lane.key);
      });
    this.#reading.set(lane.key, { modifiedAt: trigger.modifiedAt, end: () => control.abort(), ended });
  }
}

/** Those that may read lanes: drained ones only where all are. */
function serversFor({ id, others, yields }: Member & Peers): readonly string[] {
  const taking = others.filter(({ draining }) => !draining).map((other) => other.id);
  return yields ? taking : [id, ...taking];
}
