import type { Firing } from '../../control/index.ts';
import type { Timer } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { isGuard } from '../../storage/index.ts';
import type { Continuation, SourceDeps, TriggerSource } from '../trigger-kind.ts';
import { afterJump, jumpedForward, type Moment, nextDue, repeatableFrom, type TimerState } from './next-tick.ts';
import type { Timed, Timers } from './timers.ts';

/** A tick noticed later than this is left out, whether its server was late, was killed, or none ran. */
const LATE_MS = 60_000;
/** The clock may be set, and the machine may sleep: timers are never trusted for longer. */
const LOOK_EVERY_MS = 30_000;
/** After an event that could not be stored. */
const AGAIN_MS = 1_000;

interface Entry<T extends Timed> {
  readonly owner: string;
  readonly timed: T;
  /** Ticks up to here are done or left out. */
  last: number;
  fired: TimerState['fired'];
  /** A tick whose event could not be stored yet; later ticks wait for it. */
  kept: number | undefined;
  wake: Timer | undefined;
}

export type TimerSourceDeps = Pick<SourceDeps, 'clock' | 'steady' | 'log'>;

/**
 * Fires timers. What a tick starts is stored in the same step in which the tick is noted with its timer: a tick is never
 * stored twice, and a noted tick is never lost. A tick that was not noted, since its server was killed or none ran, fires
 * late, up to a minute. While the disk is full or the database is unavailable, the first tick is kept in memory and stored
 * later. While too many events of the project wait, a tick is tried until the next one is due, then left out. One of
 * several servers has the timers; another one continues them.
 */
export class TimerSource<T extends Timed> implements TriggerSource {
  readonly #timers: Timers<T>;
  readonly #options: TimerSourceDeps;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #firing = new Set<Promise<void>>();
  #stopListening: (() => void) | undefined;
  #continuation: Continuation | undefined;

  constructor(timers: Timers<T>, options: TimerSourceDeps) {
    this.#timers = timers;
    this.#options = options;
  }

  start(continuation?: Continuation): void {
    this.#continuation = continuation;
    this.#stopListening = this.#timers.onChange((owner) => this.#follow(owner));
    for (const owner of this.#timers.owners()) this.#follow(owner);
  }

  /** No tick fires any more; resolves when those in progress are stored. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    for (const entry of this.#entries.values()) entry.wake?.cancel();
    this.#entries.clear();
    await Promise.all(this.#firing);
  }

  /** Ticks of unchanged timers of the owner continue undisturbed. */
  #follow(owner: string): void {
    const from = this.#options.clock.now() - LATE_MS;
    const requested = new Map(this.#timers.of(owner).map((timed) => [timed.id, timed]));
    for (const [id, { owner: of, timed, wake }] of this.#entries) {
      if (of !== owner || requested.get(id)?.stored === timed.stored) continue;
      wake?.cancel();
      if (!requested.has(id)) this.#entries.delete(id);
    }
    for (const [id, timed] of requested) {
      const before = this.#entries.get(id);
      if (before?.timed.stored === timed.stored) continue;
      // a tick of this very moment may fail because of the change: it then belongs to the changed timer
      const goesOn = before?.timed.since === timed.since;
      const fired = before?.fired ?? this.#continuation?.fired.get(id) ?? timed.fired;
      const last = goesOn ? before.last : Math.max(from, timed.since, fired?.tick ?? 0);
      const kept = goesOn ? before.kept : undefined;
      const entry: Entry<T> = { owner, timed, last, fired, kept, wake: undefined };
      this.#entries.set(id, entry);
      this.#sleep(entry);
    }
  }

  #sleep(entry: Entry<T>): void {
    const { clock } = this.#options;
    const { kept } = entry;
    if (kept !== undefined) {
      entry.wake = clock.after(AGAIN_MS, () => this.#begin(entry, kept));
      return;
    }
    const asleep = this.#moment();
    const tick = nextDue(stateOf(entry), asleep);
    if (tick === undefined) return;
    const ms = Math.min(Math.max(tick - asleep.now, 0), LOOK_EVERY_MS);
    entry.wake = clock.after(ms, () => this.#awake(entry, tick, asleep));
  }

  #awake(entry: Entry<T>, tick: number, asleep: Moment): void {
    const { log } = this.#options;
    const awake = this.#moment();
    const { now } = awake;
    if (now < tick) {
      this.#sleep(entry);
      return;
    }
    if (jumpedForward(asleep, awake)) {
      const { fire, last } = afterJump(stateOf(entry), tick, awake);
      log.warn({ triggerId: entry.timed.id, lateMs: now - tick, fire }, 'the clock was set forward over ticks');
      if (fire === undefined) {
        entry.last = last;
        this.#sleep(entry);
      } else this.#begin(entry, fire);
      return;
    }
    if (now - tick > LATE_MS) {
      log.warn({ triggerId: entry.timed.id, lateMs: now - tick }, 'ticks of a timer are left out: they are too late');
      entry.last = now - LATE_MS;
      this.#sleep(entry);
      return;
    }
    this.#begin(entry, tick);
  }

  #begin(entry: Entry<T>, tick: number): void {
    const firing = this.#fire(entry, tick).finally(() => this.#firing.delete(firing));
    this.#firing.add(firing);
  }

  #firingOf(
    { timed: { schedule, since }, fired }: Entry<T>,
    { tick, steady }: NonNullable<TimerState['fired']>,
  ): Firing {
    if (fired === undefined || tick > fired.tick) return { tick, steady, lastBefore: -1 };
    const intervalMs = repeatableFrom(schedule, since, fired) - fired.steady;
    return { tick, steady, lastBefore: steady - intervalMs };
  }

  /** Whether the time of the tick after this one has come. */
  #isNextDue(entry: Entry<T>, tick: number): boolean {
    const moment = this.#moment();
    const next = nextDue({ ...stateOf(entry), last: tick }, moment);
    return next !== undefined && next <= moment.now;
  }

  #moment(): Moment {
    return { now: this.#options.clock.now(), steady: this.#options.steady() };
  }

  /** Never rejects. */
  async #fire(entry: Entry<T>, tick: number): Promise<void> {
    const { timed } = entry;
    const { log } = this.#options;
    const fired = { tick, steady: this.#options.steady() };
    let again = false;
    try {
      const guards = this.#continuation === undefined ? [] : [this.#continuation.guard];
      await this.#timers.fire(timed, this.#firingOf(entry, fired), guards);
      entry.fired = fired;
    } catch (error) {
      const { id: triggerId } = timed;
      if (isGuard(error)) {
        log.debug({ triggerId, tick }, 'a tick was noted before, or its trigger changed');
        this.#continuation?.onRefused();
      } else if (error instanceof PlatformError && error.code === 'backlog_full') {
        again = !this.#isNextDue(entry, tick);
        const details = { triggerId, tick, err: error };
        if (!again) {
          log.warn(details, 'a tick is left out: too many events wait');
          this.#timers.leftOut(timed, tick, error.message);
        } else if (entry.kept === undefined) {
          log.warn(details, 'too many events wait; the event of a tick is tried again until the next tick');
        }
      } else if (error instanceof PlatformError && error.spec.audience === 'user' && error.code !== 'disk_full') {
        log.info({ triggerId, tick, err: error }, 'a tick is left out: its target takes no event');
      } else {
        again = true;
        if (entry.kept === undefined)
          log.error({ triggerId, err: error }, 'the event of a tick could not be stored; it is tried again');
      }
    }
    if (this.#entries.get(timed.id) !== entry) return;
    entry.kept = again ? tick : undefined;
    if (!again) entry.last = tick;
    this.#sleep(entry);
  }
}

function stateOf({ timed: { schedule, since }, last, fired }: Entry<Timed>): TimerState {
  return { schedule, since, last, fired };
}
