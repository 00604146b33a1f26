import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { Queue } from '../../queue/index.ts';
import type { Storage } from '../../storage/index.ts';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { crashParts, LISTENERS, SOURCE } from './crash-parts.fixture.ts';
import { FactSignal } from './fact-signal.ts';
import { FanOut } from './fan-out.ts';
import { listenTo } from './testing.ts';

const CHANGES = 10;

let storages: Storage[];
beforeAll(async () => {
  const place = await newPlace('');
  storages = await Promise.all([openAt(place), openAt(place)]);
  await listenTo(storages[0] as Storage, SOURCE);
});
afterAll(() => Promise.all(storages?.map((storage) => storage.close()) ?? []));

async function serverOver(storage: Storage) {
  const { signals } = storage;
  if (signals === undefined) throw new Error('no signals');
  const queue = await Queue.open({ storage, now: () => Date.now(), maxOfOwner: { messages: 1e6, bytes: 1e9 } });
  let reports = 0;
  const reportFacts = (): Promise<void> => {
    reports += 1;
    return signals.reportFacts();
  };
  const signal = new FactSignal({ signals: { reportFacts }, clock: systemClock });
  const parts = crashParts({
    storage,
    queue,
    wake: () => {
      if (!fanOut.wake()) signal.report();
    },
  });
  const fanOut = new FanOut({
    ...{ store: parts.store, queue, subscribers: [parts.subscriber], caughtUp: () => Promise.resolve() },
    // it looks by itself only when time passes
    ...{ clock: new ManualClock(), log: pino({ level: 'silent' }) },
  });
  const stopHearing = signals.onFacts(() => fanOut.wake());
  return { ...parts, fanOut, reports: () => reports, stopHearing };
}

it('facts of one server become events at once on the server that has the duty, and its own are not reported', async () => {
  const [a, b] = await Promise.all((storages as [Storage, Storage]).map(serverOver));
  if (a === undefined || b === undefined) throw new Error('two servers');
  a.fanOut.start();
  const events = async () => {
    const query = storages[0]?.db.selectFrom('message').select('id').where('topic', '=', 'events');
    return (await query?.execute())?.length;
  };
  for (let n = 1; n <= CHANGES; n += 1) {
    await b.change(`b${n}`);
    b.facts.published();
    await expect.poll(events, { timeout: 10_000, interval: 2 }).toBe(n * LISTENERS.length);
  }
  const committed = Array.from({ length: CHANGES }, (_, n) => b.change(`together${n}`).then(() => b.facts.published()));
  await Promise.all(committed);
  await expect.poll(events, { timeout: 10_000, interval: 2 }).toBe(2 * CHANGES * LISTENERS.length);
  await a.change('a1');
  a.facts.published();
  await expect.poll(events, { timeout: 10_000, interval: 2 }).toBe((2 * CHANGES + 1) * LISTENERS.length);
  // b may still report what it published last
  expect(a.reports()).toBe(0);
  for (const { stopHearing } of [a, b]) stopHearing();
  await a.fanOut.stop();
});
