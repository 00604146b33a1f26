import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Firing, Trigger } from '../../control/index.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Timer } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { StorageError } from '../../storage/index.ts';
import type { Continuation, SourceDeps, TriggerSource } from '../trigger-kind.ts';
import { afterJump, jumpedForward, type Moment, nextDue, repeatableFrom, type TimerState } from './next-tick.ts';
import { timerEvent } from './timer-event.ts';
import { isTimer, scheduleOf, type TimerSettings } from './timer-settings.ts';

/** A tick noticed later than this is left out, like those while no server ran. */
const LATE_MS = 60_000;
/** The clock may be set, and the machine may sleep: timers are never trusted for longer. */
const LOOK_EVERY_MS = 30_000;
/** After an event that could not be stored. */
const AGAIN_MS = 1_000;

interface Entry {
  readonly trigger: Trigger<TimerSettings>;
  readonly schedule: Schedule;
  /** Ticks up to here are done or left out. */
  last: number;
  fired: TimerState['fired'];
  /** A tick whose event could not be stored yet; later ticks wait for it. */
  kept: number | undefined;
  wake: Timer | undefined;
}

/**
 * Fires timer triggers. The event of a tick is stored as an asynchronous invocation in the same step in which the tick is
 * noted with its trigger: a tick is never stored twice, and a noted tick is never lost. While the disk is full or the database
 * is unavailable, the first tick is kept in memory and stored later. While too many events of the project wait, a tick is tried
 * until the next one is due, then left out. Ticks that pass while no server runs are skipped. One of several servers has
 * the timers; another one continues them.
 */
export class TimerSource implements TriggerSource {
  readonly #options: SourceDeps;
  readonly #entries = new Map<string, Entry>();
  readonly #firing = new Set<Promise<void>>();
  #stopListening: (() => void) | undefined;
  #continuation: Continuation | undefined;

  constructor(options: SourceDeps) {
    this.#options = options;
  }

  /** Call when the catalog is filled and events can be stored; again after `stop`. */
  start(continuation?: Continuation): void {
    const { catalog } = this.#options;
    this.#continuation = continuation;
    this.#stopListening = catalog.facts.on('triggers.updated', ({ functionId }) => this.#follow(functionId));
    for (const functionId of new Set([...catalog.allTriggers()].map((trigger) => trigger.functionId))) {
      this.#follow(functionId, this.#firstLast(continuation));
    }
  }

  /** No tick fires any more; resolves when those in progress are stored. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    for (const entry of this.#entries.values()) entry.wake?.cancel();
    this.#entries.clear();
    await Promise.all(this.#firing);
  }

  /** Up to where the ticks of timers count as done at the start. */
  #firstLast(continuation: Continuation | undefined): number {
    const now = this.#options.clock.now();
    return continuation === undefined ? now : Math.min(now, Math.max(continuation.from, now - LATE_MS));
  }

  /** Ticks of unchanged triggers of the function continue undisturbed. */
  #follow(functionId: string, from = this.#options.clock.now()): void {
    const { catalog } = this.#options;
    const wanted = new Map(
      catalog
        .triggers(functionId)
        .filter(isTimer)
        .filter(({ active }) => active)
        .map((trigger) => [trigger.id, trigger]),
    );
    for (const [id, { trigger, wake }] of this.#entries) {
      if (trigger.functionId !== functionId || wanted.get(id) === trigger) continue;
      wake?.cancel();
      if (!wanted.has(id)) this.#entries.delete(id);
    }
    for (const [id, trigger] of wanted) {
      const before = this.#entries.get(id);
      if (before?.trigger === trigger) continue;
      // a tick of this very moment may fail because of the change: it then belongs to the changed trigger
      const goesOn = before?.trigger.since === trigger.since;
      const fired = before?.fired ?? this.#continuation?.fired.get(id) ?? trigger.fired;
      const last = goesOn ? before.last : Math.max(from, trigger.since, fired?.tick ?? 0);
      const kept = goesOn ? before.kept : undefined;
      const schedule = scheduleOf(trigger.settings);
      const entry: Entry = { trigger, schedule, last, fired, kept, wake: undefined };
      this.#entries.set(id, entry);
      this.#sleep(entry);
    }
  }

  #sleep(entry: Entry): void {
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

  #awake(entry: Entry, tick: number, asleep: Moment): void {
    const { log } = this.#options;
    const awake = this.#moment();
    const { now } = awake;
    if (now < tick) {
      this.#sleep(entry);
      return;
    }
    if (jumpedForward(asleep, awake)) {
      const { fire, last } = afterJump(stateOf(entry), tick, awake);
      log.warn({ triggerId: entry.trigger.id, lateMs: now - tick, fire }, 'the clock was set forward over ticks');
      if (fire === undefined) {
        entry.last = last;
        this.#sleep(entry);
      } else this.#begin(entry, fire);
      return;
    }
    if (now - tick > LATE_MS) {
      log.warn({ triggerId: entry.trigger.id, lateMs: now - tick }, 'ticks of a timer are left out: they are too late');
      entry.last = now;
      this.#sleep(entry);
      return;
    }
    this.#begin(entry, tick);
  }

  #begin(entry: Entry, tick: number): void {
    const firing = this.#fire(entry, tick).finally(() => this.#firing.delete(firing));
    this.#firing.add(firing);
  }

  #firingOf({ trigger, schedule, fired }: Entry, { tick, steady }: NonNullable<TimerState['fired']>): Firing {
    if (fired === undefined || tick > fired.tick) return { tick, steady, lastBefore: -1 };
    const intervalMs = repeatableFrom(schedule, trigger.since, fired) - fired.steady;
    return { tick, steady, lastBefore: steady - intervalMs };
  }

  /** Whether the time of the tick after this one has come. */
  #isNextDue(entry: Entry, tick: number): boolean {
    const moment = this.#moment();
    const next = nextDue({ ...stateOf(entry), last: tick }, moment);
    return next !== undefined && next <= moment.now;
  }

  #moment(): Moment {
    return { now: this.#options.clock.now(), steady: this.#options.steady() };
  }

  /** Never rejects. */
  async #fire(entry: Entry, tick: number): Promise<void> {
    const { trigger } = entry;
    const { triggers, async, leftOut, region, log } = this.#options;
    const requestId = newRequestId();
    const fired = { tick, steady: this.#options.steady() };
    const urn = urnOf(trigger, region);
    const event = timerEvent(trigger.settings, entry.schedule, tick);
    let again = false;
    try {
      const guards = this.#continuation === undefined ? [] : [this.#continuation.guard];
      await async.accept({ urn, event, requestId }, [
        triggers.firing(trigger, this.#firingOf(entry, fired)),
        ...guards,
      ]);
      entry.fired = fired;
    } catch (error) {
      const { id: triggerId } = trigger;
      if (error instanceof StorageError && error.code === 'storage.guard') {
        log.debug({ triggerId, tick }, 'a tick was noted before, or its trigger changed');
        this.#continuation?.onRefused();
      } else if (error instanceof PlatformError && error.code === 'backlog_full') {
        again = !this.#isNextDue(entry, tick);
        const details = { triggerId, functionId: trigger.functionId, tick, err: error };
        if (!again) {
          log.warn(details, 'a tick is left out: too many events wait');
          const what = `The event of timer ${trigger.settings.name} for ${new Date(tick).toISOString()} is left out`;
          leftOut({ urn, event, requestId, message: `${what}: ${error.message}` });
        } else if (entry.kept === undefined) {
          log.warn(details, 'too many events wait; the event of a tick is tried again until the next tick');
        }
      } else if (error instanceof PlatformError && error.spec.audience === 'user' && error.code !== 'disk_full') {
        log.info(
          { triggerId, functionId: trigger.functionId, err: error },
          'a tick is left out: the function takes no event',
        );
      } else {
        again = true;
        if (entry.kept === undefined)
          log.error({ triggerId, err: error }, 'the event of a tick could not be stored; it is tried again');
      }
    }
    if (this.#entries.get(trigger.id) !== entry) return;
    entry.kept = again ? tick : undefined;
    if (!again) entry.last = tick;
    this.#sleep(entry);
  }
}

function stateOf({ trigger, schedule, last, fired }: Entry): TimerState {
  return { schedule, since: trigger.since, last, fired };
}

function urnOf({ fn, qualifier }: Trigger, region: string): FunctionUrn {
  return { region, ...fn, qualifier: parseQualifier(qualifier) };
}
