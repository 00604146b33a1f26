import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Secret } from '../lib/secret.ts';
import { newPlace } from '../storage/testing.ts';
import { TestLine } from '../storage/testing-line.ts';
import { openAt } from '../storage/testing-place.ts';
import { type LeasedMessage, Queue } from './index.ts';

/** A message whose result is not known stays leased for 30 s. */
const LEASE_MS = 30_000;

it('a message is run, and its sender gets the result, soon after the answer to its commit was lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fg-line-'));
  const { line, url } = await TestLine.open(new Secret(await newPlace('')), folder);
  const storage = await openAt(url.reveal());
  try {
    const queue = await Queue.open({ storage, now: Date.now });
    const taken: (string | undefined)[] = [];
    const fill = (message: LeasedMessage | undefined): void => void taken.push(message?.id);
    queue.onEnqueue('calls', { leaseMs: LEASE_MS, place: () => fill });
    const message = (id: string) => ({ id, topic: 'calls', group: 'p:f', payload: Buffer.from(id) });
    expect(await queue.enqueue(message('before'))).toBe(true);
    const begin = performance.now();
    const stopped = line.stopAfter('commit');
    const stored = queue.enqueue(message('lost'));
    await stopped;
    expect(await stored).toBe(true);
    expect(taken).toEqual(['before', 'lost']);
    expect(performance.now() - begin).toBeLessThan(LEASE_MS - 1_000);
    // a sender that repeats it, because it got no answer either, stores nothing
    expect(await queue.enqueue(message('lost'))).toBe(false);
    expect(await queue.counts('calls')).toMatchObject({ leased: 2, ready: 0 });
  } finally {
    await line.close();
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
