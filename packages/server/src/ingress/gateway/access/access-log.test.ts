import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../../lib/manual-clock.ts';
import { AccessLog } from './access-log.ts';

const DAY = 86_400_000;
let dir: string;
let clock: ManualClock;
let hasSpace: boolean;
let warnings: object[];

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'funcgraph-access-')), 'access-log');
  clock = new ManualClock(Date.UTC(2026, 0, 1, 12));
  hasSpace = true;
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (maxBytes = 8000, retainDays = 3): Promise<AccessLog> =>
  AccessLog.open({
    ...{ dir, maxBytes, retainDays, clock, mayWrite: () => hasSpace },
    log: { warn: (facts: object) => void warnings.push(facts) } as never,
  });
const names = (): string[] => readdirSync(dir).sort();
const linesOf = (name: string): string[] => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n');

it('appends lines to the file of the day, for its owner only, also after a restart', async () => {
  const first = await open();
  first.write('one');
  first.write('two');
  clock.advance(500);
  await first.flush();
  const second = await open();
  second.write('three');
  await second.flush();
  expect(names()).toEqual(['gateway-2026-01-01.0001.jsonl']);
  expect(linesOf('gateway-2026-01-01.0001.jsonl')).toEqual(['one', 'two', 'three']);
  expect(statSync(join(dir, 'gateway-2026-01-01.0001.jsonl')).mode & 0o777).toBe(0o600);
});

it('removes days that are over, and leaves other files alone', async () => {
  const log = await open();
  writeFileSync(join(dir, 'notes.txt'), 'mine');
  for (let day = 0; day < 5; day += 1) {
    log.write(`day ${day}`);
    await log.flush();
    clock.advance(DAY);
  }
  expect(names()).toEqual([3, 4, 5].map((day) => `gateway-2026-01-0${day}.0001.jsonl`).concat('notes.txt'));
});

it('never has more bytes than its limit, and removes the oldest lines first, also within a day', async () => {
  const log = await open(8000);
  for (let number = 0; number < 200; number += 1) {
    log.write(`${number} ${'x'.repeat(90)}`);
    await log.flush();
    const total = names().reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
    expect(total).toBeLessThanOrEqual(8000);
  }
  const left = names().flatMap(linesOf);
  expect(left.at(-1)).toMatch(/^199 /);
  expect(left.length).toBeGreaterThan(60);
});

it('goes on in order when the clock goes back', async () => {
  const log = await open();
  log.write('one');
  await log.flush();
  const earlier = await AccessLog.open({
    ...{ dir, maxBytes: 8000, retainDays: 3, clock: new ManualClock(Date.UTC(2025, 11, 30)), mayWrite: () => true },
    log: { warn: () => undefined } as never,
  });
  earlier.write('two');
  await earlier.flush();
  expect(names().flatMap(linesOf)).toEqual(['one', 'two']);
});

it('drops lines when there is no space or too many wait, and says how many, once a minute', async () => {
  const log = await open(100_000_000);
  hasSpace = false;
  log.write('lost');
  await log.flush();
  expect(warnings).toEqual([{ dropped: 1 }]);
  hasSpace = true;
  for (let number = 0; number < 6; number += 1) log.write('x'.repeat(1024 * 1024));
  await log.flush();
  clock.advance(60_000);
  log.write('more');
  await log.flush();
  expect(warnings).toEqual([{ dropped: 1 }, { dropped: 2 }]);
  expect(log.dropped).toBe(3);
  rmSync(dir, { recursive: true });
  clock.advance(60_000);
  log.write('nowhere');
  await log.flush();
  expect(warnings.at(-1)).toMatchObject({ dropped: 1, err: { code: 'ENOENT' } });
});
