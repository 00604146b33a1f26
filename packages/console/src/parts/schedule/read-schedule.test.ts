import type { Schedule } from '@funcgraph/api/schedule';
import { describe, expect, it } from 'vitest';
import { joinZone, nextTimes, readSchedule, splitZone } from './read-schedule.ts';

describe('a schedule as typed', () => {
  it.each([
    ['Rate', '61m', { kind: 'range' }],
    ['Rate', 'm', { kind: 'rate' }],
    ['Cron', '0 0 8', { kind: 'fields' }],
    ['Cron', '0 60 8 * * ?', { kind: 'field', field: 'minute', text: '60', min: 0, max: 59 }],
    ['Cron', '0 0 0 31 2 ?', { kind: 'never' }],
    ['Cron', 'CRON_TZ=Nowhere 0 0 8 * * ?', { kind: 'zone' }],
    ['Cron', '@every 1ms', { kind: 'everyRange' }],
    ['Cron', '@daily', { kind: 'every' }],
  ] as const)('%s %s is refused with its reason', (type, text, fault) => {
    expect(readSchedule(type, text)).toEqual(fault);
  });

  it('has the next times by the clocks of its zone', () => {
    const daily = readSchedule('Cron', 'CRON_TZ=Asia/Shanghai 0 0 8 * * ?') as Schedule;
    const times = nextTimes(daily, Date.parse('2026-01-01T00:00:00Z'), 2).map((at) => new Date(at).toISOString());
    expect(times).toEqual(['2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z']);
  });

  it.each([
    ['0 0 8 * * ?', 'UTC', '0 0 8 * * ?'],
    ['CRON_TZ=Asia/Shanghai 0 0 8 * * ?', 'Asia/Shanghai', '0 0 8 * * ?'],
  ])('%s is a zone and an expression, and the same again', (text, zone, expression) => {
    expect(splitZone(text)).toEqual({ zone, expression });
    expect(joinZone(zone, expression)).toBe(text);
  });

  it('of a length of time has no zone', () => {
    expect(joinZone('Asia/Shanghai', '@every 90s')).toBe('@every 90s');
  });
});
