import { lastTick, nextTick, type Schedule } from '@funcgraph/api/schedule';

export interface Moment {
  /** The time of the machine's clock. */
  readonly now: number;
  /** Time that no set clock moves. */
  readonly steady: number;
}

export interface TimerState {
  readonly schedule: Schedule;
  readonly since: number;
  /** Ticks up to here are done or left out. */
  readonly last: number;
  /** The newest tick whose event was stored, and the steady time of that. */
  readonly fired: { readonly tick: number; readonly steady: number } | undefined;
}

/** Beyond this difference, two clocks were set, not read late. */
const JUMP_MS = 2_000;
const ON_TIME_MS = 1_000;

/**
 * The tick to wait for. After a clock was set back, ticks come by the new time, and an earlier tick comes again only
 * when the schedule's interval has passed since the last event.
 */
export function nextDue({ schedule, since, last, fired }: TimerState, { now, steady }: Moment): number | undefined {
  const from = Math.min(last, now);
  const tick = tickAfter(schedule, since, from);
  if (fired === undefined || tick === undefined || tick > fired.tick) return tick;
  const waitMs = Math.max(0, repeatableFrom(schedule, since, fired) - steady);
  return tickAfter(schedule, since, Math.max(from, Math.min(fired.tick, now + waitMs - 1)));
}

/** Steady time from which an earlier tick may come again. */
export function repeatableFrom(
  schedule: Schedule,
  since: number,
  fired: { readonly tick: number; readonly steady: number },
): number {
  return fired.steady + intervalAfter(schedule, since, fired.tick);
}

/**
 * The tick to run late after a clock was set forward while the timer slept: the newest skipped tick, unless less than
 * half an interval has passed since the last event. `last` is where the timer continues.
 */
export function afterJump(
  { schedule, since, fired }: TimerState,
  tick: number,
  { now, steady }: Moment,
): { readonly fire: number | undefined; readonly last: number } {
  const newest = lastTick(schedule, sinceBefore(schedule, since, tick - 1), { after: tick - 1, upTo: now }) ?? tick;
  const isSoon = fired !== undefined && steady < fired.steady + intervalAfter(schedule, since, fired.tick) / 2;
  return { fire: isSoon && now - newest > ON_TIME_MS ? undefined : newest, last: newest };
}

/** Whether the clock was set forward between two moments. */
export function jumpedForward(before: Moment, after: Moment): boolean {
  return after.now - before.now - (after.steady - before.steady) > JUMP_MS;
}

function intervalAfter(schedule: Schedule, since: number, tick: number): number {
  return (tickAfter(schedule, since, tick) ?? Infinity) - tick;
}

function tickAfter(schedule: Schedule, since: number, after: number): number | undefined {
  return nextTick(schedule, sinceBefore(schedule, since, after), after);
}

/** A clock may be set back to before a rate began: its ticks keep the same interval there. */
function sinceBefore(schedule: Schedule, since: number, time: number): number {
  if (schedule.kind !== 'every' || time >= since) return since;
  return since - Math.ceil((since - time) / schedule.periodMs) * schedule.periodMs;
}
