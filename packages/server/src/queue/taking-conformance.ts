import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../storage/index.ts';
import { Queue } from './queue.ts';
import type { LeasedMessage, NewMessage } from './types.ts';

/** Messages that the process which enqueues them takes at once, on every storage. */
export function takingConformance(name: string, open: () => Promise<Storage>): void {
  describe(`a message that its own process takes, ${name}`, () => {
    const now = 1_750_000_000_000;
    let storage: Storage;
    let queue: Queue;
    let isLive: boolean;
    let free: number;
    let filled: (LeasedMessage | undefined)[];

    beforeEach(async () => {
      [isLive, free, filled] = [true, 1, []];
      storage = await open();
      queue = await Queue.open({ storage, now: () => now, member: { id: 'self', isLive: () => isLive } });
      queue.onEnqueue('calls', {
        leaseMs: 1_000,
        place: () => {
          if (free === 0) return undefined;
          free -= 1;
          return (message) => filled.push(message);
        },
      });
    });
    afterEach(() => storage.close());

    const add = (id: string, more: Partial<NewMessage> = {}): Promise<boolean> =>
      queue.enqueue({ id, topic: 'calls', group: 'f', payload: Buffer.from(id), ...more });
    const claimed = async () => (await queue.lease({ topic: 'calls', limit: 9, leaseMs: 1_000 })).map(({ id }) => id);

    it('is on disk with its lease, which ends like any other', async () => {
      const payload = Buffer.from('first');
      const enqueued = add('a', { payload, attributes: { of: '键' }, expiresAt: now + 9 });
      payload.fill(0);
      expect(await enqueued).toBe(true);
      const [taken] = filled;
      expect(await queue.get('a')).toMatchObject({ state: 'leased', attempts: 1, leasedUntil: now + 1_000 });
      expect(taken).toMatchObject({ id: 'a', attributes: { of: '键' }, attempts: 1, startedAt: now, bytes: 5 + 12 });
      expect(await claimed()).toEqual([]);
      expect(await queue.ack(taken?.receipt ?? '', { ok: 1 })).toBe(true);
      expect(await queue.get('a')).toMatchObject({ state: 'done', payload: null });
      expect(queue.unfinished('calls')).toBe(0);
    });

    it('is claimed again when its process died, and its old receipt does nothing then', async () => {
      await add('a');
      await storage.db.deleteFrom('server').execute();
      const next = await Queue.open({ storage, now: () => now, member: { id: 'other', isLive: () => true } });
      expect(await next.recover()).toBe(1);
      expect(await claimed()).toEqual(['a']);
      expect(await queue.ack(filled[0]?.receipt ?? '', {})).toBe(false);
    });

    it('waits for a claim when there is no place, or it may not run now', async () => {
      await add('later', { notBefore: now + 1 });
      await add('expired', { expiresAt: now });
      isLive = false;
      await add('of a server that may be taken for dead');
      isLive = true;
      await queue.atomically({ messages: [{ id: 'with others', topic: 'calls', group: 'f', payload: Buffer.of(1) }] });
      await queue.enqueue({ id: 'elsewhere', topic: 'others', group: 'f', payload: Buffer.of(1) });
      expect([free, filled]).toEqual([1, []]);
      await add('taken');
      await add('without a place');
      expect(filled.map((message) => message?.id)).toEqual(['taken']);
      expect((await claimed()).sort()).toEqual([
        'of a server that may be taken for dead',
        'with others',
        'without a place',
      ]);
    });

    it('gives its place back when it is known already, or cannot be stored', async () => {
      await add('a');
      free = 2;
      expect(await add('a')).toBe(false);
      await storage.db.schema.alterTable('message').renameTo('away').execute();
      await expect(add('b')).rejects.toThrow();
      // later tests use the database again
      await storage.db.schema.alterTable('away').renameTo('message').execute();
      expect(filled.map((message) => message?.id)).toEqual(['a', undefined, undefined]);
    });
  });
}
