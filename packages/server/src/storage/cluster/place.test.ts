import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { placeOf } from './place.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fg-place-'));
  await mkdir(join(dir, 'data'));
});
afterEach(() => rm(dir, { recursive: true }));

it('the place of a folder stays while it is there or moves, and a copy has another one', async () => {
  const place = await placeOf(join(dir, 'data'));
  await cp(join(dir, 'data'), join(dir, 'copy'), { recursive: true });
  expect(await placeOf(join(dir, 'copy'))).not.toBe(place);
  await rename(join(dir, 'data'), join(dir, 'moved'));
  expect(await placeOf(join(dir, 'moved'))).toBe(place);
});
