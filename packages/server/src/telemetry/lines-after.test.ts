import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { dayMs, dayOf } from './day.ts';
import { openTelemetry, type Telemetry } from './index.ts';
import { logLine } from './testing.ts';

const start = Date.UTC(2026, 2, 10, 0, 30);
const today = dayOf(start);
const yesterday = dayOf(start - dayMs);
let dir: string;
let clock: ManualClock;
let telemetry: Telemetry;

const open = async (): Promise<void> => {
  telemetry = await openTelemetry({ dir, retainDays: 3, clock, onError: () => {} });
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-lines-'));
  clock = new ManualClock(start);
  await open();
});
afterEach(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});

function write(message: string, time = start, functionKey = 'p1/f'): void {
  telemetry.logs.append([logLine({ time, message, functionKey })]);
}

async function after(positions: Record<string, number>, { from = 0, limit = 10, firstDay = yesterday } = {}) {
  await telemetry.logs.flush();
  const query = { functionKey: 'p1/f', from, firstDay, after: new Map(Object.entries(positions)), limit };
  const { day, lines, passed } = await telemetry.logs.linesAfter(query);
  return { day, lines: lines.map(({ seq, message }) => [seq, message]), passed: Object.fromEntries(passed) };
}

it('lines come in the order of writing, day by day, each once', async () => {
  write('b', start + 1);
  write('other', start, 'p1/g');
  write('a');
  write('late', start - 3_000_000);
  expect(await after({})).toEqual({ day: yesterday, lines: [[1, 'late']], passed: {} });
  const read = { [yesterday]: 1 };
  expect(await after(read)).toEqual({
    day: today,
    lines: [
      [1, 'b'],
      [3, 'a'],
    ],
    passed: read,
  });
  expect(await after(read, { limit: 1 })).toMatchObject({ lines: [[1, 'b']] });
  expect(await after({ ...read, [today]: 1 })).toMatchObject({ lines: [[3, 'a']] });
  expect(await after({ ...read, [today]: 3 })).toEqual({ day: today, lines: [], passed: { ...read, [today]: 3 } });
  expect(await after({}, { firstDay: today, from: start + 1 })).toMatchObject({ lines: [[1, 'b']] });
});

it('a position behind the last line, which was lost with the power, becomes that of the last line', async () => {
  write('a');
  expect(await after({ [today]: 7 })).toEqual({ day: today, lines: [], passed: { [today]: 1 } });
});

it('lines have the depth of their request', async () => {
  const of = (requestId: string, more: object = {}) =>
    telemetry.logs.append([logLine({ time: start, requestId, ...more })]);
  of('r1', { depth: 3 });
  of('r2');
  of('r1');
  await telemetry.logs.flush();
  const query = { functionKey: 'p1/f', from: 0, firstDay: today, after: new Map(), limit: 10 };
  expect((await telemetry.logs.linesAfter(query)).lines.map(({ depth }) => depth)).toEqual([3, 0, 3]);
});

it('lines of other functions only are passed', async () => {
  for (let n = 0; n < 3; n += 1) write('other', start, 'p1/g');
  expect(await after({})).toEqual({ day: today, lines: [], passed: { [today]: 3 } });
});

it('a folder has the same name after a restart', async () => {
  const { folder } = telemetry;
  await telemetry.close();
  await open();
  expect(telemetry.folder).toBe(folder);
});

it('lines behind positions are counted over all days, without older ones and those of other functions', async () => {
  write('late', start - 3_000_000);
  for (const message of ['a', 'b', 'c']) write(message);
  write('other', start, 'p1/g');
  await telemetry.logs.flush();
  const count = (positions: Record<string, number>, from = 0) =>
    telemetry.logs.countAfter({
      ...{ functionKey: 'p1/f', from, firstDay: yesterday },
      after: new Map(Object.entries(positions)),
    });
  expect(await count({})).toBe(4);
  expect(await count({ [yesterday]: 1, [today]: 1 })).toBe(2);
  expect(await count({}, start)).toBe(3);
});
