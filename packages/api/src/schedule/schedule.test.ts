import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTick, parseCronSchedule, parseRate, type Schedule, ScheduleError, tickText } from './schedule.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const shown = (ms: number | undefined): string => new Date(ms ?? 0).toISOString().slice(0, 19);
const next = (schedule: Schedule, after: string): string => shown(nextTick(schedule, 0, at(after)));

/** So many ticks after a moment, in UTC. */
function ticks(schedule: Schedule, after: string, count: number): string[] {
  const found: string[] = [];
  let last = at(after);
  for (let n = 0; n < count; n += 1) {
    last = nextTick(schedule, 0, last) ?? Number.NaN;
    found.push(shown(last));
  }
  return found;
}

describe('a rate', () => {
  it.each([
    ['1m', 60_000],
    ['60m', 3_600_000],
    ['24h', 86_400_000],
    ['30d', 30 * 86_400_000],
  ])('%s is a number of ms', (text, periodMs) => {
    expect(parseRate(text)).toEqual({ kind: 'every', periodMs });
  });

  it.each(['', '0m', '61m', '25h', '31d', '1.5h', '-1m', '1s', '1 m', 'm', '1M', '1m1h', '99999999999m'])(
    'is not %j',
    (text) => {
      expect(() => parseRate(text)).toThrow(ScheduleError);
    },
  );

  it('ticks at whole periods from its beginning, for any time of the call', () => {
    const rate = parseRate('1m');
    const since = at('2026-01-01T00:00:07');
    expect(shown(nextTick(rate, since, since))).toBe('2026-01-01T00:01:07');
    expect(shown(nextTick(rate, since, at('2026-01-01T00:03:07.400')))).toBe('2026-01-01T00:04:07');
    expect(shown(nextTick(rate, since, at('2025-12-31T00:00:00')))).toBe('2026-01-01T00:01:07');
  });
});

describe('@every', () => {
  it.each([
    ['1s', 1000],
    ['1000ms', 1000],
    ['2h30m', 9_000_000],
    ['1.5h', 5_400_000],
    ['1500000\u00b5s', 1500],
    ['1500000us', 1500],
    ['3000000000ns', 3000],
    ['8784h', 366 * 86_400_000],
  ])('%s is a number of ms', (text, periodMs) => {
    expect(parseCronSchedule(`@every ${text}`)).toEqual({ kind: 'every', periodMs });
  });

  it.each(['', '999ms', '0s', '5', 's', '-5s', '1d', '8785h', '1h 30m', '1e3s', '1..5s', `${'1s'.repeat(2000)}x`])(
    'refuses %j',
    (text) => {
      expect(() => parseCronSchedule(`@every ${text}`)).toThrow(ScheduleError);
    },
  );

  it.each(['@daily', '@everything 5s', '@'])('is the only word: %s', (text) => {
    expect(() => parseCronSchedule(text)).toThrow(ScheduleError);
  });
});

describe('a cron schedule', () => {
  it('is in UTC unless it names a zone', () => {
    expect(next(parseCronSchedule('0 0 8 * * ?'), '2026-01-01T00:00:00')).toBe('2026-01-01T08:00:00');
    const there = parseCronSchedule('CRON_TZ=Asia/Shanghai 0 0 8 * * ?');
    expect(next(there, '2026-01-01T00:00:00')).toBe('2026-01-02T00:00:00');
    expect(tickText(there, at('2026-01-02T00:00:00'))).toBe('2026-01-02T08:00:00+08:00');
  });

  it.each([
    'CRON_TZ=Nowhere/Here 0 0 8 * * ?',
    'CRON_TZ= 0 0 8 * * ?',
    'CRON_TZ=UTC',
    '0 0 0 31 2 ?',
    '0 0 8 * *  * *',
  ])('refuses %j', (text) => {
    expect(() => parseCronSchedule(text)).toThrow(ScheduleError);
  });

  it('runs once for a time that the clocks skip, as much later as they go forward', () => {
    const daily = parseCronSchedule('CRON_TZ=Europe/Berlin 0 30 2 * * ?');
    expect(ticks(daily, '2026-03-28T00:00:00', 3)).toEqual([
      '2026-03-28T01:30:00',
      '2026-03-29T01:30:00',
      '2026-03-30T00:30:00',
    ]);
  });

  it('runs once for a time that the clocks show twice', () => {
    const daily = parseCronSchedule('CRON_TZ=Europe/Berlin 0 30 2 * * ?');
    expect(ticks(daily, '2026-10-24T12:00:00', 2)).toEqual(['2026-10-25T00:30:00', '2026-10-26T01:30:00']);
  });

  it.each([
    ['forward', '2026-03-28T23:00:00'],
    ['back', '2026-10-24T23:00:00'],
  ])('of every half hour goes on evenly when the clocks go %s', (_, from) => {
    const half = parseCronSchedule('CRON_TZ=Europe/Berlin 0 0/30 * * * ?');
    const expected = Array.from({ length: 10 }, (_each, n) => shown(at(from) + (n + 1) * 1_800_000));
    expect(ticks(half, from, 10)).toEqual(expected);
  });

  it('always goes forward, in any zone', () => {
    const zones = ['Australia/Lord_Howe', 'America/New_York', 'Asia/Kathmandu', 'Africa/Casablanca', 'Pacific/Apia'];
    const start = at('2026-01-01T00:00:00');
    const minute = fc.integer({ min: 0, max: 59 });
    const hour = fc.oneof(fc.constant('*'), fc.integer({ min: 0, max: 23 }));
    fc.assert(
      fc.property(fc.constantFrom(...zones), minute, hour, fc.nat(366 * 24 * 60), (zone, m, h, minutes) => {
        const schedule = parseCronSchedule(`CRON_TZ=${zone} 0 ${m} ${h} * * ?`);
        const after = start + minutes * 60_000;
        const tick = nextTick(schedule, 0, after) ?? 0;
        expect(tick).toBeGreaterThan(after);
        expect(tick - after).toBeLessThanOrEqual(25 * 3_600_000);
      }),
    );
  });
});

describe('the fault of a text that is no schedule', () => {
  it.each([
    [() => parseCronSchedule('0 60 8 * * ?'), { kind: 'field', field: 'minute', text: '60', min: 0, max: 59 }],
    [() => parseCronSchedule('0 0 8'), { kind: 'fields' }],
    [() => parseRate('61m'), { kind: 'range' }],
  ])('names what is wrong: %#', (parse, fault) => {
    expect(parse).toThrow(expect.objectContaining({ fault }));
  });
});

describe('the text of a tick', () => {
  it('has the offset of the zone at that moment', () => {
    const zoned = (zone: string) => parseCronSchedule(`CRON_TZ=${zone} 0 0 8 * * ?`);
    expect(tickText(parseRate('1m'), at('2026-07-01T00:00:00'))).toBe('2026-07-01T00:00:00+00:00');
    expect(tickText(zoned('America/St_Johns'), at('2026-07-01T00:00:00'))).toBe('2026-06-30T21:30:00-02:30');
    expect(tickText(zoned('Europe/Berlin'), at('2026-07-01T00:00:00'))).toBe('2026-07-01T02:00:00+02:00');
  });
});
