import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { isFullDisk } from '../lib/full-disk.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { toErrorBody } from '../lib/platform-error.ts';
import { DiskGuard, judgeDisk } from './disk-guard.ts';

test('the disk is low below the limit, and until clearly more than it is free', () => {
  expect(judgeDisk(false, 100, 100)).toBe(false);
  expect(judgeDisk(false, 99, 100)).toBe(true);
  expect(judgeDisk(true, 109, 100)).toBe(true);
  expect(judgeDisk(true, 111, 100)).toBe(false);
});

test('keeps a reserve on disk and refuses nothing while there is room', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'fgs-disk-'));
  const guard = new DiskGuard({ dataDir, minFreeBytes: 1, clock: new ManualClock(), log: pino({ level: 'silent' }) });
  await guard.start();
  guard.stop();
  expect(guard.refuse()).toBeUndefined();
  const { size, blocks, mode } = await stat(join(dataDir, 'disk-reserve'));
  expect([size, blocks * 512 >= size, mode & 0o777]).toEqual([8 * 2 ** 20, true, 0o600]);
  await rm(dataDir, { recursive: true });
});

test('a full disk is answered as such, however deep its error is', () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  const outer = new Error('a write failed', { cause: new Error('in between', { cause: full }) });
  expect(isFullDisk(outer)).toBe(true);
  expect(isFullDisk(new Error('other', { cause: { code: 'ENOSPC' } }))).toBe(false);
  expect(toErrorBody(outer, 'r')).toMatchObject({
    status: 507,
    body: { error_code: 'FSS.0507', hint: expect.stringContaining('Free space') },
  });
  expect(toErrorBody(new Error('other'), 'r').status).toBe(500);
});
