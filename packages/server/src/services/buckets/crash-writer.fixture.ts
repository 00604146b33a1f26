import { pino } from 'pino';
import { USUAL_QUOTAS } from '../../domain/quotas.ts';
import { systemClock } from '../../lib/clock.ts';
import { openAt } from '../../storage/testing-place.ts';
import { openBuckets } from './open-buckets.ts';
import { bodyOf, testCaller } from './testing.ts';

/**
 * A process for the crash test: writes objects, prints the key and etag of each that was stored, and stops at a point
 * until it is killed: `body` in the middle of a body, `file` between the file and the row, `row` between the row and the
 * answer, `load` nowhere.
 */
const [place = '', dir = '', point = '', run = ''] = process.argv.slice(2);
const storage = await openAt(place);
const forever = new Promise<never>(() => {});
let isArmed = false;
const print = (line: string): boolean => process.stdout.write(`${line}\n`);

const { buckets } = await openBuckets({
  storage: {
    db: storage.db,
    kind: storage.kind,
    atomic: async (statements) => {
      if (isArmed && point === 'file') {
        print('now');
        await forever;
      }
      const results = await storage.atomic(statements);
      if (isArmed && point === 'row') {
        print('now');
        await forever;
      }
      return results;
    },
  },
  ...{ dir, clock: systemClock, quotas: USUAL_QUOTAS, region: 'local-1', minFreeBytes: 0 },
  isShared: true,
  facts: { statements: () => [], recorded: () => {} },
  refuseWhenFull: () => {},
  mayRemove: async () => true,
  log: pino({ level: 'silent' }),
});
const caller = testCaller();
const nothing = { content: {}, metadata: {} };
await buckets.createBucket(caller, 'photos').catch(() => {});

async function put(key: string, text: string): Promise<void> {
  const { etag } = await buckets.put(caller, { bucket: 'photos', key, body: bodyOf(text), ...nothing });
  print(`${key} ${etag}`);
}

async function* stalled(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(100_000, 'half');
  print('now');
  await forever;
}

async function load(writer: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    await put(`${run}-${writer}-${n}`, `${run} ${writer} ${n} `.repeat(500 * ((n % 40) + 1)));
    await put('shared', `${run} ${writer} ${n}`.repeat(100));
  }
}

if (point === 'load') await Promise.all(Array.from({ length: 8 }, (_, writer) => load(writer)));
await put('same', `first ${run}`);
isArmed = true;
if (point === 'body') {
  await buckets.put(caller, { bucket: 'photos', key: 'same', body: { bytes: stalled(), size: 200_000 }, ...nothing });
}
await put('same', `second ${run}`);
