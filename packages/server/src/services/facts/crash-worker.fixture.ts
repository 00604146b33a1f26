import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../lib/clock.ts';
import { Queue } from '../../queue/index.ts';
import { openAt } from '../../storage/testing-place.ts';
import { crashParts } from './crash-parts.fixture.ts';
import { FanOut } from './fan-out.ts';

/**
 * A process for the crash test: makes changes with facts and turns them into events, until it kills itself before or
 * after it stores a step of events, as its arguments say. It writes the id of each change that is on disk.
 */
const [place = '', run = '', when = '', step = ''] = process.argv.slice(2);
const storage = await openAt(place);
const queue = await Queue.open({ storage, now: () => Date.now() });
const { facts, store, subscriber, change } = crashParts({ storage, queue, wake: () => fanOut.wake() });

let steps = 0;
const kill = (at: string): void => {
  if (when === at && steps === Number(step)) process.kill(process.pid, 'SIGKILL');
};
const fanOut = new FanOut({
  store,
  queue: {
    async atomically(given) {
      steps += 1;
      kill('before');
      const done = await queue.atomically(given);
      kill('after');
      return done;
    },
  },
  subscribers: [subscriber],
  caughtUp: () => Promise.resolve(),
  clock: systemClock,
  log: pino({ level: 'silent' }),
});

async function produce(caller: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${run}-${caller}-${n}`;
    await change(id);
    facts.published();
    writeSync(1, `${id}\n`);
  }
}

fanOut.start();
await Promise.all([produce(0), produce(1), produce(2), produce(3)]);
