import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import type { ServerRow } from '../storage/index.ts';
import { BacklogWatch } from './backlog-watch.ts';

let clock: ManualClock;
let watch: BacklogWatch;
let others: ServerRow[];
let changed: () => void;
let counts: number;

beforeEach(() => {
  clock = new ManualClock();
  [others, counts] = [[], 0];
  watch = new BacklogWatch({
    queue: {
      isEmpty: false,
      recount: async () => {
        counts += 1;
      },
    },
    peers: {
      get others() {
        return others;
      },
      yields: false,
      onChange: (listener) => {
        changed = listener;
        return () => {};
      },
    },
    clock,
    onError: (error) => {
      throw error;
    },
  });
  watch.start();
});
afterEach(() => watch.stop());

async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed <= seconds; passed += 1) {
    // what is due now takes no time
    clock.advance(passed === 0 ? 0 : 1_000);
    await new Promise(setImmediate);
  }
}

it('counts the backlog of a server alone now and then, since a killed process may have ended messages late', async () => {
  await pass(61);
  expect(counts).toBe(3);
});

it('counts it each second while another server changes it, and at once when that comes or leaves', async () => {
  others = [{ id: 'other' } as ServerRow];
  changed();
  await pass(10);
  expect(counts).toBeGreaterThanOrEqual(9);
  others = [];
  changed();
  counts = 0;
  await pass(1);
  expect(counts).toBe(1);
  await pass(18);
  expect(counts).toBe(1);
});

it('counts no more once it is stopped', async () => {
  watch.stop();
  await pass(60);
  expect(counts).toBe(0);
});
