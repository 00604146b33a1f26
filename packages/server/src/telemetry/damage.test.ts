import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { dayMs } from './day.ts';
import { openTelemetry, type Telemetry } from './index.ts';
import { invocationRecord, logLine } from './testing.ts';

const start = Date.UTC(2026, 2, 10, 12);
let dir: string;
let clock: ManualClock;
let telemetry: Telemetry;
let aside: string[];

const open = async (): Promise<void> => {
  const onError = (error: unknown): never => {
    throw error;
  };
  telemetry = await openTelemetry({ dir, retainDays: 5, clock, onError, onSetAside: (path) => aside.push(path) });
};
const months = async (): Promise<number[]> => {
  const found = await telemetry.metrics.months('p1', clock.now(), 2);
  return found.map(({ calls }) => calls);
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-damage-'));
  clock = new ManualClock(start);
  aside = [];
  await open();
  for (let n = 0; n < 300; n += 1) {
    telemetry.records.append(invocationRecord({ startedAt: clock.now(), functionKey: 'p1:default:f' }));
    telemetry.logs.append([logLine({ time: clock.now(), message: `line ${n} ${'x'.repeat(500)}` })]);
  }
  await telemetry.flush();
  clock.advance(2 * dayMs);
  // closes the day, so that its sums are in usage.db
  await telemetry.prune();
});
afterEach(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});

const GARBAGE = Buffer.alloc(20_000, 'no database');
/** A file with a valid header: only reading further shows the damage. */
function damageInside(file: string): void {
  const { size } = statSync(file);
  const handle = openSync(file, 'r+');
  const bytes = Math.max(size - 4096, 2048);
  writeSync(handle, Buffer.alloc(bytes, 0xa5), 0, bytes, size > 8192 ? 4096 : 1024);
  closeSync(handle);
}

it.each<[string, (file: string) => void]>([
  ['is no database', (file) => writeFileSync(file, GARBAGE)],
  ['has damage inside', damageInside],
])('a usage.db that %s prevents no start and is made again from the days that are kept', async (_what, damage) => {
  expect(await months()).toEqual([0, 300]);
  await telemetry.close();
  const file = join(dir, 'logs', 'usage.db');
  damage(file);
  await open();
  expect(await months()).toEqual([0, 300]);
  await telemetry.prune();
  expect(aside).toEqual([`${file}.damaged`]);
});

it.each<[string, (file: string) => void]>([
  ['is no database', (file) => writeFileSync(file, GARBAGE)],
  ['has damage inside', damageInside],
])('a day whose file %s prevents no start, and new lines are written', async (_what, damage) => {
  await telemetry.close();
  const file = join(dir, 'logs', '2026-03-10.db');
  damage(file);
  // the sums of the day are read at the start
  rmSync(join(dir, 'logs', 'usage.db'));
  await open();
  telemetry.logs.append([logLine({ time: clock.now(), message: 'new' })]);
  const query = { functionKey: 'p1/f', from: 0, to: start * 2, limit: 1000, order: 'asc' } as const;
  expect((await telemetry.logs.query(query)).lines.map(({ message }) => message)).toEqual(['new']);
  await telemetry.prune();
  expect(aside).toEqual([`${file}.damaged`]);
  expect(readdirSync(join(dir, 'logs'))).toContain('2026-03-10.db.damaged');
});
