import { openSync, writeSync } from 'node:fs';
import { openAt } from './testing-place.ts';

/**
 * A process for the crash test: writes with many callers and appends each id to a file after its write was acknowledged
 * (a pipe could be full; a file outlives the process).
 */
const [place = '', run = '', notes = '', noted = ''] = process.argv.slice(2);
const fd = openSync(notes, 'a');
let left = Number(noted);
const { db } = await openAt(place);

async function write(caller: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${run}-${caller}-${n}`;
    const message = { id, topic: 't', group_key: 'g', attributes: '{}', state: 'ready' as const, attempts: 0 };
    const times = { bytes: 0, position: n, enqueued_at: n, not_before: n };
    if (n % 5 === 4) {
      await db.transaction().execute((trx) =>
        trx
          .insertInto('message')
          .values({ ...message, ...times })
          .execute(),
      );
    } else
      await db
        .insertInto('message')
        .values({ ...message, ...times })
        .execute();
    writeSync(fd, `${id}\n`);
    left -= 1;
    if (left === 0) process.stdout.write('enough\n');
  }
}

await Promise.all(Array.from({ length: 16 }, (_, caller) => write(caller)));
