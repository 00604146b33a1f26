import { buildNative } from '../scripts/build-native.mjs';
import { ensureBuilt } from '../scripts/steps.mjs';

/** Builds programs that are older than their sources, for tests that start them. */
export async function setup(): Promise<void> {
  await ensureBuilt();
  await buildNative();
}
