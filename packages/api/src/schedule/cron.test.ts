import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CronError, lastAt, nextAt, parseCron } from './cron.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const shown = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19);

describe('cron', () => {
  it.each<[string, string, string, string]>([
    ['every second', '* * * * * *', '2026-01-01T00:00:00', '2026-01-01T00:00:01'],
    ['five fields have no weekday', '0 30 9 * *', '2026-01-01T09:30:00', '2026-01-02T09:30:00'],
    ['a step from a start', '0 5/20 * * * *', '2026-01-01T00:46:00', '2026-01-01T01:05:00'],
    ['a step in a range', '0 0 8-18/4 * * ?', '2026-01-01T16:00:00', '2026-01-02T08:00:00'],
    ['lists and names in any case', '0 0 0 1 JAN,jul *', '2026-01-01T00:00:00', '2026-07-01T00:00:00'],
    ['weekdays', '0 0 12 ? * 6,0', '2026-01-02T00:00:00', '2026-01-03T12:00:00'],
    ['a range of weekdays', '0 0 12 ? * Mon-Fri', '2026-01-02T12:00:00', '2026-01-05T12:00:00'],
    ['day or weekday when both are given', '0 0 0 13 * Fri', '2026-01-10T00:00:00', '2026-01-13T00:00:00'],
    ['the last day of a long month', '0 0 0 31 * ?', '2026-01-31T00:00:00', '2026-03-31T00:00:00'],
    ['a leap day', '0 0 0 29 2 ?', '2026-01-01T00:00:00', '2028-02-29T00:00:00'],
    ['a leap day over 2100', '0 0 0 29 2 ?', '2096-03-01T00:00:00', '2104-02-29T00:00:00'],
    ['the turn of the year', '59 59 23 31 12 ?', '2026-12-31T23:59:59', '2027-12-31T23:59:59'],
  ])('finds the next time: %s', (_, text, after, expected) => {
    const cron = parseCron(text);
    expect(shown(nextAt(cron, at(after)))).toBe(expected);
    expect(shown(lastAt(cron, at(expected) + 999, at(after)))).toBe(expected);
  });

  it('gives up on a day that never comes', () => {
    const cron = parseCron('0 0 0 30 2 ?');
    expect([nextAt(cron, 0), lastAt(cron, at('2026-01-01T00:00:00'), 0)]).toEqual([undefined, undefined]);
  });

  it('looks back no further than the limit', () => {
    const cron = parseCron('0 0 8 * * ?');
    expect(lastAt(cron, at('2026-01-02T07:00:00'), at('2026-01-01T08:00:01'))).toBeUndefined();
    expect(shown(lastAt(cron, at('2026-01-02T07:00:00'), at('2026-01-01T08:00:00')))).toBe('2026-01-01T08:00:00');
  });

  it.each([
    '',
    '* * * *',
    '* * * * * * *',
    '60 * * * * *',
    '* * 24 * * *',
    '* * * 0 * *',
    '* * * * 13 *',
    '* * * * * 7',
    '*/0 * * * * *',
    '5-1 * * * * *',
    '1-2-3 * * * * *',
    '? * * * * *',
    '1,,2 * * * * *',
    '* * * * foo *',
    '-1 * * * * *',
    '1e1 * * * * *',
    `${'1,'.repeat(200)}1 * * * * *`,
  ])('refuses %j', (text) => {
    expect(() => parseCron(text)).toThrow(CronError);
  });

  it('next and last agree with a search second by second', () => {
    const list = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
      );
    const expressions = fc.tuple(list(0, 59), list(0, 59), list(0, 23), list(1, 31), fc.constant('*'), list(0, 6));
    fc.assert(
      fc.property(expressions, fc.integer({ min: 0, max: 4e9 }), (fields, seconds) => {
        const cron = parseCron(fields.join(' '));
        const now = seconds * 1000;
        const next = nextAt(cron, now) ?? Number.NaN;
        expect(next).toBeGreaterThan(now);
        expect(lastAt(cron, next, now)).toBe(next);
        expect(lastAt(cron, next - 1, now + 1)).toBeUndefined();
        const date = new Date(next);
        expect(cron.seconds).toContain(date.getUTCSeconds());
        expect(cron.minutes).toContain(date.getUTCMinutes());
        expect(cron.hours).toContain(date.getUTCHours());
      }),
    );
  });
});
