import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leftoverRule } from './leftovers.ts';

const HOUR_MS = 3_600_000;
let dir: string;
let file: string;
let madeAt: number;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-leftovers-'));
  file = join(dir, 'file');
  await writeFile(file, 'x');
  madeAt = (await stat(file)).ctimeMs;
});
afterEach(() => rm(dir, { recursive: true }));

test('removes nothing that changed within the last hour', async () => {
  let now = madeAt + HOUR_MS - 1;
  const mayRemove = leftoverRule({ databaseBornAt: 0, now: () => now, onOlder: () => {} });
  expect(await mayRemove(file)).toBe(false);
  now += 1;
  expect(await mayRemove(file)).toBe(true);
  // the clock was set back: the file seems to come from the future
  now = 0;
  expect(await mayRemove(file)).toBe(false);
});

test('never removes files older than the database, and warns once', async () => {
  const warned: string[] = [];
  const now = (): number => madeAt + 1000 * HOUR_MS;
  const mayRemove = leftoverRule({ databaseBornAt: madeAt + 1, now, onOlder: (path) => warned.push(path) });
  expect([await mayRemove(file), await mayRemove(file)]).toEqual([false, false]);
  expect(warned).toEqual([file]);
});

test('uses the time when a file was written, even if its owner or mode was changed since', async () => {
  await utimes(file, new Date(madeAt - HOUR_MS), new Date(madeAt - HOUR_MS));
  const options = { databaseBornAt: madeAt - 1, now: () => madeAt + 1000 * HOUR_MS, onOlder: () => {} };
  expect(await leftoverRule(options)(file)).toBe(false);
  expect(await leftoverRule(options)(join(dir, 'missing'))).toBe(true);
});
