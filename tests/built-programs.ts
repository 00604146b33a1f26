import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildNative } from '../scripts/build-native.mjs';
import { ensureBuilt } from '../scripts/steps.mjs';

/** Builds programs that are older than their sources, for tests that start them, and gives them a place to cache code. */
export async function setup(): Promise<void> {
  await ensureBuilt();
  await buildNative();
  const cache = join(import.meta.dirname, '../node_modules/.cache/node-compile');
  await mkdir(cache, { recursive: true });
  // each user writes into a folder of its own
  await chmod(cache, 0o1777);
}
