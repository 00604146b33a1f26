import { buildNative } from '../scripts/build-native.mjs';
import { ensureBuilt } from '../scripts/steps.mjs';

/** Builds what is older than its sources, for tests that start programs. */
export async function setup(): Promise<void> {
  await ensureBuilt();
  await buildNative();
}
