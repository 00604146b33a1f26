import { writeSync } from 'node:fs';
import { openStorage } from './open.ts';

/** A process for the crash test: writes with many callers and prints each id once its write was acknowledged. */
const [file = '', run = ''] = process.argv.slice(2);
const { db } = await openStorage({ file });

async function write(caller: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${run}-${caller}-${n}`;
    const message = { id, topic: 't', group_key: 'g', attributes: '{}', state: 'ready' as const, attempts: 0 };
    const times = { position: n, enqueued_at: n, not_before: n };
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
    writeSync(1, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, caller) => write(caller)));
