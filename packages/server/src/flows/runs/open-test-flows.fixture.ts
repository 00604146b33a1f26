import { ManualClock } from '../../lib/manual-clock.ts';
import type { Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { TestFlows } from './testing.ts';

/** An engine that has started, over an empty storage and a standing clock. */
export async function openTestFlows(): Promise<{ storage: Storage; clock: ManualClock; flows: TestFlows }> {
  const storage = await openTestStorage();
  const clock = new ManualClock();
  const flows = new TestFlows(storage, clock);
  await flows.engine.start();
  return { storage, clock, flows };
}

/** Lets work that needs no time settle. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 30; n += 1) await new Promise(setImmediate);
}
