import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { Queue } from '../../queue/index.ts';
import type { Storage } from '../../storage/index.ts';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { crashParts, LISTENERS, SOURCE } from './crash-parts.fixture.ts';
import { FanOut } from './fan-out.ts';
import { listenTo } from './testing.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-facts-crash-'));
const worker = fileURLToPath(new URL('./crash-worker.fixture.ts', import.meta.url));

let place: string;
beforeAll(async () => {
  place = await newPlace(dir);
  const storage = await openAt(place);
  await listenTo(storage, SOURCE);
  await storage.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Works until it kills itself; returns the changes that it had on disk. */
async function work(run: string, when: 'before' | 'after', step: number): Promise<string[]> {
  const args = ['--conditions=@funcgraph/source', worker, place, run, when, String(step)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(signal).toBe('SIGKILL');
  // the last line may be half
  return said.split('\n').slice(0, -1);
}

async function idsOf({ db }: Storage, topic: string): Promise<string[]> {
  const rows = await db.selectFrom('message').select('id').where('topic', '=', topic).execute();
  return rows.map(({ id }) => id);
}

it('each change on disk has each of its events once, whenever its server is killed', { timeout: 120_000 }, async () => {
  const acknowledged = [
    ...(await work('a', 'before', 1)),
    ...(await work('b', 'after', 2)),
    ...(await work('c', 'before', 4)),
    ...(await work('d', 'after', 5)),
    ...(await work('e', 'before', 2)),
  ];
  const storage = await openAt(place);
  try {
    const waiting = await storage.db.selectFrom('fact').select('id').execute();
    expect(waiting.length).toBeGreaterThan(0);
    const queue = await Queue.open({ storage, now: () => Date.now() });
    const { store, subscriber } = crashParts({ storage, queue, wake: () => {} });
    const log = pino({ level: 'silent' });
    const caughtUp = () => Promise.resolve();
    const fanOut = new FanOut({ store, queue, subscribers: [subscriber], caughtUp, clock: systemClock, log });
    fanOut.start();
    await expect.poll(() => storage.db.selectFrom('fact').select('id').execute(), { timeout: 120_000 }).toEqual([]);
    await fanOut.stop();
    const changes = (await idsOf(storage, 'changes')).map((id) => id.replace('change ', ''));
    const expected = changes.flatMap((id) => LISTENERS.map((listener) => `${id}/${listener}`));
    expect((await idsOf(storage, 'events')).toSorted()).toEqual(expected.toSorted());
    expect(acknowledged.filter((id) => !changes.includes(id))).toEqual([]);
  } finally {
    await storage.close();
  }
});
