import { openSync, writeSync } from 'node:fs';
import { openAt } from '../storage/testing-place.ts';
import { Queue } from './index.ts';

/**
 * A process for the crash test: enqueues, leases, and finishes in every way, and appends each acknowledged change to a
 * file (a pipe could be full; a file outlives the process):
 * `E <id>` stored, `L <id>` leased, `D <id>` done, `R <id>` retried, `K <id>` dead, `C <id>` cancelled.
 */
const [place = '', run = '', notes = '', noted = ''] = process.argv.slice(2);
const fd = openSync(notes, 'a');
let left = Number(noted);
const storage = await openAt(place);
const queue = await Queue.open({ storage, now: () => Date.now() });
const say = (what: string, id: string): void => {
  writeSync(fd, `${what} ${id}\n`);
  left -= 1;
  if (left === 0) process.stdout.write('enough\n');
};

async function produce(caller: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${run}-${caller}-${n}`;
    // Half of the cancelled messages are not due yet, so that no worker can lease them first.
    const later = n % 22 === 0 ? { notBefore: Date.now() + 3_600_000 } : {};
    await queue.enqueue({ id, topic: 't', group: `g${n % 3}`, payload: Buffer.from(id), ...later });
    say('E', id);
    if (n % 11 === 0 && (await queue.cancel(id)) === 'cancelled') say('C', id);
  }
}

async function consume(): Promise<never> {
  for (;;) {
    const leased = await queue.lease({ topic: 't', limit: 20, leaseMs: 60_000 });
    for (const { id } of leased) say('L', id);
    await Promise.all(
      leased.map(async ({ id, receipt, attempts, payload }) => {
        if (Buffer.from(payload).toString() !== id) throw new Error(`the payload of ${id} belongs to another message`);
        const hash = id.length + Number(id.split('-')[2]);
        if (hash % 7 === 0 && attempts === 1) {
          if (await queue.retry(receipt, { notBefore: Date.now(), outcome: {} })) say('R', id);
        } else if (hash % 13 === 0) {
          if (await queue.kill(receipt, {})) say('K', id);
        } else if (await queue.ack(receipt, {})) say('D', id);
      }),
    );
  }
}

await Promise.all([produce(0), produce(1), produce(2), produce(3), consume(), consume()]);
