import { ManualClock } from '../../lib/manual-clock.ts';
import { openAt } from '../../storage/testing-place.ts';
import { AlarmStore } from './alarm-store.ts';
import { BEGIN, crashParts, MINUTE_MS } from './crash-parts.fixture.ts';

/** A process for the crash test: judges minute after minute until it kills itself before or after it stores a step. */
const [place = '', when = '', step = ''] = process.argv.slice(2);
const storage = await openAt(place);
let steps = 0;
const kill = (at: string): void => {
  if (when === at && steps === Number(step)) process.kill(process.pid, 'SIGKILL');
};
const begin = (await new AlarmStore(storage.db).judgedTo()) ?? BEGIN;
const clock = new ManualClock(begin + MINUTE_MS + 21_000);
const { start, judgedTo } = crashParts(storage, clock, async (statements) => {
  steps += 1;
  kill('before');
  const done = await storage.atomic(statements);
  kill('after');
  return done;
});
start();
for (let minute = 1; ; minute += 1) await judgedTo(begin + minute * MINUTE_MS);
