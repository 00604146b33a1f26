import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { newPlace } from '../storage/testing.ts';
import { openAt } from '../storage/testing-place.ts';
import { Queue } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-queue-crash-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const worker = fileURLToPath(new URL('./crash-worker.fixture.ts', import.meta.url));

/** Runs the worker until it has noted `atLeast` changes, kills it, and returns all notes. */
async function workAndKill(place: string, run: number, atLeast: number): Promise<string[]> {
  const notes = join(dir, `notes-${run}`);
  const args = ['--conditions=@funcgraph/source', worker, place, String(run), notes, String(atLeast)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', () => child.kill('SIGKILL'));
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  return readFileSync(notes, 'utf8').split('\n').slice(0, -1);
}

it('loses no message and leaves none stuck when its process is killed repeatedly', { timeout: 120_000 }, async () => {
  const place = await newPlace(dir);
  const said: string[] = [];
  for (let run = 0; run < 4; run += 1) said.push(...(await workAndKill(place, run, 300 + 211 * run)));
  const by = (what: string): string[] =>
    said.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(2));
  const ends = { done: by('D'), dead: by('K'), cancelled: by('C') };

  const storage = await openAt(place);
  const later = Date.now() + 3_600_000;
  const queue = await Queue.open({ storage, now: () => later });
  const before = await queue.counts('t');
  let released = 0;
  const cancelled: string[] = [];
  for (;;) {
    const reaped = await queue.reap();
    released += reaped.released;
    cancelled.push(...reaped.cancelled);
    if (!reaped.more) break;
  }
  const drained: string[] = [];
  for (;;) {
    const leased = await queue.lease({ topic: 't', limit: 500, leaseMs: 1000 });
    if (leased.length === 0) break;
    drained.push(...leased.map(({ id }) => id));
    const acks = await queue.ackAll(leased.map(({ receipt }) => ({ receipt, outcome: {} })));
    expect(acks.every(Boolean)).toBe(true);
  }
  const after = await queue.counts('t');
  const states = new Map<string, string>();
  for (let hasMore = true; hasMore; ) {
    const page = await queue.list({ topic: 't', limit: 1000, offset: states.size });
    for (const { id, state } of page.messages) states.set(id, state);
    hasMore = page.hasMore;
  }
  await storage.close();

  // Every acknowledged id exists, in its acknowledged state; no end was acknowledged twice.
  expect(by('E').filter((id) => !states.has(id))).toEqual([]);
  for (const [state, ids] of Object.entries(ends)) expect(ids.filter((id) => states.get(id) !== state)).toEqual([]);
  const finished = Object.values(ends).flat();
  expect(new Set(finished).size).toBe(finished.length);
  // Finished messages are not delivered again, and every other message is, once.
  const finishedIds = new Set(finished);
  expect(drained.filter((id) => finishedIds.has(id))).toEqual([]);
  expect(new Set(drained).size).toBe(drained.length);
  // A leased message whose cancellation was requested is not delivered again.
  expect(released + cancelled.length).toBe(before.leased);
  expect(drained.length).toBe(before.ready + released);
  expect(cancelled.filter((id) => states.get(id) !== 'cancelled')).toEqual([]);
  expect(after).toMatchObject({ ready: 0, leased: 0 });
  expect(after.done + after.dead + after.cancelled).toBe(states.size);
  expect(said.length).toBeGreaterThan(2000);
  expect([by('R').length > 0, ends.dead.length > 0, ends.cancelled.length > 0]).toEqual([true, true, true]);
});
