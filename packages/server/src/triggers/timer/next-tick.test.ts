import { parseCronSchedule, parseRate, type Schedule } from '@funcgraph/api/schedule';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterJump, jumpedForward, type Moment, nextDue, type TimerState } from './next-tick.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BEGIN = Date.UTC(2026, 0, 1);

interface Event {
  /** Ms after the begin. */
  readonly at: number;
  /** The clock is set by so much; 0 for a restart alone. */
  readonly setBy: number;
  readonly restart: boolean;
}

/** Runs a timer as the source does, on a clock that is set and over restarts; answers when it fired, in real time. */
function fires(schedule: Schedule, events: readonly Event[], untilMs: number): number[] {
  const fired: number[] = [];
  let [skew, real] = [0, 0];
  const moment = (): Moment => ({ now: BEGIN + real + skew, steady: real });
  let state: TimerState = { schedule, since: BEGIN, last: BEGIN, fired: undefined };
  const left = [...events];
  for (;;) {
    const asleep = moment();
    const tick = nextDue(state, asleep);
    if (tick === undefined) return fired;
    let wakeAt = real + Math.min(Math.max(tick - asleep.now, 0), 30 * SECOND);
    let restarted = false;
    while (left[0] !== undefined && left[0].at <= wakeAt) {
      real = left[0].at;
      skew += left[0].setBy;
      if (left[0].restart) {
        state = { ...state, last: moment().now };
        restarted = true;
      }
      left.shift();
    }
    if (restarted) continue;
    wakeAt = Math.max(wakeAt, real);
    real = wakeAt;
    if (real > untilMs) return fired;
    const awake = moment();
    if (awake.now < tick) continue;
    const { fire, last } = jumpedForward(asleep, awake) ? afterJump(state, tick, awake) : { fire: tick, last: tick };
    if (fire !== undefined) {
      fired.push(real);
      state = { ...state, fired: { tick: fire, steady: real } };
    }
    state = { ...state, last };
  }
}

describe('a timer on a clock that is set', () => {
  it.each([
    ['1m', MINUTE],
    ['5m', 5 * MINUTE],
    ['1h', HOUR],
  ])('of a rate of %s never fires twice in a period, and is late by one period at most', (rate, period) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            pauseMs: fc.integer({ min: 2 * period + MINUTE, max: 5 * period }),
            setBy: fc.oneof(
              fc.integer({ min: -40 * 24 * HOUR, max: 40 * 24 * HOUR }),
              fc.integer({ min: -2 * period, max: 2 * period }),
              fc.constant(0),
            ),
            restart: fc.boolean(),
          }),
          { maxLength: 6 },
        ),
        (jumps) => {
          let at = 0;
          const events = jumps.map(({ pauseMs, setBy, restart }) => {
            at += pauseMs;
            return { at, setBy, restart };
          });
          const until = at + 5 * period;
          const times = [0, ...fires(parseRate(rate), events, until), until];
          const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
          const forward = jumps.filter(({ setBy }) => setBy > 0).length;
          if (forward === 0) for (const gap of gaps.slice(1, -1)) expect(gap).toBeGreaterThanOrEqual(period);
          expect(times.length - 2).toBeLessThanOrEqual(until / period + 2 * forward);
          for (const gap of gaps) expect(gap).toBeLessThanOrEqual(2 * period + 30 * SECOND);
        },
      ),
    );
  });

  it('of every day does not repeat its tick when the clock is set back past it', () => {
    const noon = parseCronSchedule('0 0 12 * * ?');
    const setBack = (by: number) => fires(noon, [{ at: 12 * HOUR + MINUTE, setBy: -by, restart: false }], 47 * HOUR);
    expect(setBack(2 * MINUTE)).toEqual([12 * HOUR, 36 * HOUR + 2 * MINUTE]);
    expect(setBack(HOUR)).toEqual([12 * HOUR, 37 * HOUR]);
    expect(setBack(24 * HOUR)).toEqual([12 * HOUR, 36 * HOUR]);
  });

  it('of every day fires once, late, when the clock is set forward over its tick', () => {
    const noon = parseCronSchedule('0 0 12 * * ?');
    const times = fires(noon, [{ at: 11 * HOUR + 59 * MINUTE, setBy: HOUR, restart: false }], 36 * HOUR);
    expect(times).toHaveLength(2);
    expect(times[0]).toBeLessThanOrEqual(11 * HOUR + 60 * MINUTE);
    expect(times[1]).toBe(35 * HOUR);
  });
});
