import { afterEach, beforeEach } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { TestFlows } from './testing.ts';

interface Opened {
  readonly storage: Storage;
  readonly clock: ManualClock;
  readonly flows: TestFlows;
}

/** An engine that has started, over an empty storage and a standing clock, for each test of the file. */
export function forEachTest(
  use: (opened: Opened) => void,
  more: ConstructorParameters<typeof TestFlows>[2] = {},
): void {
  let opened: Opened;
  beforeEach(async () => {
    const storage = await openTestStorage();
    const clock = new ManualClock();
    const flows = new TestFlows(storage, clock, more);
    await flows.engine.start();
    opened = { storage, clock, flows };
    use(opened);
  });
  afterEach(async () => {
    await opened.flows.engine.stop(AbortSignal.abort());
    await opened.storage.close();
  });
}

/** Lets work that needs no time settle. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 30; n += 1) await new Promise(setImmediate);
}
