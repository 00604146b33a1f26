import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../storage/index.ts';
import { Queue, type QueueOptions } from './queue.ts';
import type { NewMessage } from './types.ts';

/** The contract of every queue on every storage. `open` opens an empty storage, which the suite closes. */
export function queueConformance(name: string, open: () => Promise<Storage>): void {
  describe(`the queue ${name}`, () => {
    let storage: Storage;
    let queue: Queue;
    let now = 1_750_000_000_000;
    const options = (): QueueOptions => ({ storage, now: () => now, maxPayloadBytes: 1000, maxBacklog: 50 });

    beforeEach(async () => {
      now = 1_750_000_000_000;
      storage = await open();
      queue = await Queue.open(options());
    });
    afterEach(() => storage.close());

    const message = (id: string, more: Partial<NewMessage> = {}): NewMessage => ({
      id,
      topic: 'calls',
      group: 'f',
      payload: Buffer.from(`payload of ${id}`),
      ...more,
    });
    const add = async (...ids: string[]): Promise<void> => {
      await Promise.all(ids.map((id) => queue.enqueue(message(id))));
    };
    const lease = (limit = 10, group?: string) =>
      queue.lease({ topic: 'calls', limit, leaseMs: 1000, ...(group === undefined ? {} : { group }) });
    const leaseOne = async () => {
      const [leased] = await lease(1);
      if (leased === undefined) throw new Error('nothing to lease');
      return leased;
    };
    const idsOf = (messages: ReadonlyArray<{ readonly id: string }>): string[] => messages.map(({ id }) => id);

    describe('enqueue', () => {
      it('keeps every field of a message', async () => {
        const payload = Buffer.from([0, 255, 10, 13, 0]);
        const expiresAt = now + 9000;
        await queue.enqueue(message('a', { payload, attributes: { attempt: 'first', 键: '值' }, expiresAt }));
        const leased = await leaseOne();
        expect(Buffer.from(leased.payload).equals(payload)).toBe(true);
        expect(leased).toMatchObject({
          id: 'a',
          group: 'f',
          attributes: { attempt: 'first', 键: '值' },
          attempts: 1,
          enqueuedAt: now,
          startedAt: now,
          expiresAt,
          outcome: null,
        });
      });

      it('stores a message with a known id only once', async () => {
        expect(await Promise.all([queue.enqueue(message('a')), queue.enqueue(message('a'))])).toEqual([true, false]);
        expect(await lease()).toHaveLength(1);
        expect(await queue.enqueue(message('a'))).toBe(false);
      });

      it('refuses a message with a large payload, an empty name or an invalid time', async () => {
        const refused = (more: Partial<NewMessage>) => expect(queue.enqueue(message('a', more))).rejects;
        await refused({ payload: Buffer.alloc(1001) }).toMatchObject({ code: 'queue.payload_too_large' });
        await refused({ attributes: { x: 'y'.repeat(70_000) } }).toMatchObject({ code: 'queue.attributes_too_large' });
        await refused({ topic: '' }).toMatchObject({ code: 'queue.invalid' });
        await refused({ group: 'g'.repeat(2000) }).toMatchObject({ code: 'queue.invalid' });
        await refused({ notBefore: Number.NaN }).toMatchObject({ code: 'queue.invalid', hint: expect.any(String) });
        expect(await lease()).toEqual([]);
      });

      it('refuses more unfinished messages than the bound, also from callers of the same moment', async () => {
        const all = Array.from({ length: 60 }, (_, n) => queue.enqueue(message(`m${n}`)));
        const outcomes = await Promise.allSettled(all);
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(refused).toHaveLength(10);
        expect(refused[0]?.status === 'rejected' && refused[0].reason).toMatchObject({ code: 'queue.full' });
        await queue.ack((await leaseOne()).receipt, {});
        expect(await queue.enqueue(message('fits'))).toBe(true);
        await expect(queue.enqueue(message('full again'))).rejects.toMatchObject({ code: 'queue.full' });
        expect(await queue.enqueue(message('other', { topic: 'flows' }))).toBe(true);
        const reopened = await Queue.open(options());
        await expect(reopened.enqueue(message('still full'))).rejects.toMatchObject({ code: 'queue.full' });
      });
    });

    describe('an owner', () => {
      const bounded = (most: { messages: number; bytes: number }) => Queue.open({ ...options(), maxOfOwner: most });
      const of = (owner: string, id: string, more: Partial<NewMessage> = {}) =>
        message(id, { group: `${owner}:default:f`, payload: Buffer.alloc(100), ...more });

      it('has a bound on its messages in all topics, which holds no other owner back', async () => {
        queue = await bounded({ messages: 3, bytes: 10_000 });
        for (const id of ['a', 'b']) await queue.enqueue(of('p1', id));
        await queue.enqueue(of('p1', 'c', { topic: 'results' }));
        await expect(queue.enqueue(of('p1', 'd'))).rejects.toMatchObject({ code: 'queue.quota' });
        expect(await queue.enqueue(of('p2', 'e'))).toBe(true);
        expect(queue.usage('p1')).toEqual({ messages: 3, bytes: 306 });
        const reopened = await bounded({ messages: 3, bytes: 10_000 });
        expect(reopened.usage('p1')).toEqual({ messages: 3, bytes: 306 });
        await expect(reopened.enqueue(of('p1', 'd'))).rejects.toMatchObject({ code: 'queue.quota' });
        await reopened.cancel('a');
        expect(await reopened.enqueue(of('p1', 'd'))).toBe(true);
      });

      it('has a limit on its bytes; messages that follow from an end are always accepted', async () => {
        queue = await bounded({ messages: 100, bytes: 250 });
        for (const id of ['a', 'b']) await queue.enqueue(of('p1', id));
        await expect(queue.enqueue(of('p1', 'c'))).rejects.toMatchObject({ code: 'queue.quota' });
        const { receipt } = await leaseOne();
        const messages = [of('p1', 'followed', { payload: Buffer.alloc(500) })];
        expect(await queue.finish({ receipt, state: 'done', outcome: {}, messages })).toBe(true);
        expect(queue.usage('p1')).toEqual({ messages: 2, bytes: 604 });
        for (const { receipt: next } of await lease()) await queue.ack(next, {});
        expect(queue.usage('p1')).toEqual({ messages: 0, bytes: 0 });
      });
    });

    describe('an atomic step', () => {
      it('ends leases, enqueues and runs statements of others together', async () => {
        await add('a');
        const { receipt } = await leaseOne();
        const reported: number[] = [];
        queue.onReady('calls', (dueAt) => reported.push(dueAt));
        const query = storage.db.updateTable('message').set({ group_key: 'moved' }).where('id', '=', 'b').compile();
        const step = { acks: [{ receipt, outcome: { ok: 1 } }], messages: [message('b'), message('a')] };
        expect(await queue.atomically({ ...step, statements: [{ query, mustAffect: true }] })).toEqual([
          { rows: [], affected: 1 },
        ]);
        expect(await queue.get('a')).toMatchObject({ state: 'done', outcome: { ok: 1 } });
        expect(await leaseOne()).toMatchObject({ id: 'b', group: 'moved' });
        expect(reported).toEqual([now]);
      });

      it('changes no row when a lease is over or a statement of the caller fails', async () => {
        await add('a');
        const { receipt } = await leaseOne();
        const acks = [{ receipt, outcome: {} }];
        const fails = { query: storage.db.deleteFrom('message').where('id', '=', 'x').compile(), mustAffect: true };
        const step = { acks, messages: [message('b')], statements: [fails] };
        await expect(queue.atomically(step)).rejects.toMatchObject({ code: 'storage.guard' });
        expect(await queue.counts('calls')).toMatchObject({ leased: 1, done: 0, ready: 0 });
        expect(await queue.ack(receipt, {})).toBe(true);
        await expect(queue.atomically({ acks, messages: [message('b')] })).rejects.toMatchObject({
          code: 'storage.guard',
        });
        await expect(queue.atomically({ acks: [{ receipt: 'x', outcome: {} }] })).rejects.toMatchObject({
          code: 'queue.invalid',
        });
        expect(await queue.get('b')).toBeUndefined();
      });

      it('keeps count of the backlog whether it succeeds or not', async () => {
        const many = Array.from({ length: 60 }, (_, n) => message(`m${n}`));
        await expect(queue.atomically({ messages: many })).rejects.toMatchObject({ code: 'queue.full' });
        await queue.atomically({ messages: many.slice(0, 50) });
        await expect(queue.enqueue(message('more'))).rejects.toMatchObject({ code: 'queue.full' });
        const acks = (await lease(5)).map(({ receipt }) => ({ receipt, outcome: {} }));
        await queue.atomically({ acks, messages: [message('m0'), message('follows')] });
        await queue.atomically({ messages: Array.from({ length: 4 }, (_, n) => message(`n${n}`)) });
        await expect(queue.enqueue(message('more'))).rejects.toMatchObject({ code: 'queue.full' });
      });
    });

    describe('an end with follow-up messages', () => {
      it.each(['done', 'dead'] as const)('is one step: %s', async (state) => {
        await add('a');
        const { receipt } = await leaseOne();
        const step = { receipt, state, outcome: { ok: 1 }, messages: [message('b')] };
        expect(await queue.finish(step)).toBe(true);
        expect(await queue.get('a')).toMatchObject({ state, outcome: { ok: 1 } });
        expect((await leaseOne()).id).toBe('b');
        expect(await queue.finish({ ...step, messages: [message('c')] })).toBe(false);
        expect(await queue.finish({ ...step, messages: [] })).toBe(false);
        expect(await queue.get('c')).toBeUndefined();
      });

      it('needs no room', async () => {
        await add(...Array.from({ length: 50 }, (_, n) => `m${n}`));
        const { receipt } = await leaseOne();
        const messages = [message('b'), message('c')];
        expect(await queue.finish({ receipt, state: 'done', outcome: {}, messages })).toBe(true);
        await expect(queue.enqueue(message('more'))).rejects.toMatchObject({ code: 'queue.full' });
      });
    });

    describe('lease', () => {
      it('leases the oldest first, at most the limit, and each to one caller', async () => {
        await add('a', 'b', 'c', 'd', 'e', 'f', 'g');
        expect(idsOf(await lease(2))).toEqual(['a', 'b']);
        const claims = await Promise.all([lease(2), lease(2), lease(2)]);
        // which caller comes first is not determined
        expect(claims.map((claim) => claim.length).sort()).toEqual([1, 2, 2]);
        expect(idsOf(claims.flat()).sort()).toEqual(['c', 'd', 'e', 'f', 'g']);
        expect(new Set(claims.flat().map(({ receipt }) => receipt)).size).toBe(5);
      });

      it('refuses a limit or a time that makes no sense', async () => {
        for (const limit of [0, 1001, 1.5]) await expect(lease(limit)).rejects.toMatchObject({ code: 'queue.invalid' });
        const forNoTime = queue.lease({ topic: 'calls', limit: 1, leaseMs: 0 });
        await expect(forNoTime).rejects.toMatchObject({ code: 'queue.invalid' });
      });

      it('orders by due time and leases no message before it', async () => {
        await queue.enqueue(message('late', { notBefore: now + 500 }));
        await queue.enqueue(message('early', { notBefore: now + 200 }));
        await queue.enqueue(message('now'));
        expect(idsOf(await lease())).toEqual(['now']);
        now += 500;
        expect(idsOf(await lease())).toEqual(['early', 'late']);
      });

      it('takes the messages of one group, or of all, and never of other topics', async () => {
        await queue.enqueue(message('busy', { group: "it's busy" }));
        await queue.enqueue(message('free', { group: 'free' }));
        await queue.enqueue(message('flow', { topic: 'flows' }));
        expect(idsOf(await lease(10, 'free'))).toEqual(['free']);
        expect(idsOf(await lease())).toEqual(['busy']);
      });

      it('never leases an expired message', async () => {
        await queue.enqueue(message('old', { expiresAt: now + 100 }));
        now += 100;
        expect(await lease()).toEqual([]);
      });
    });

    describe('a receipt', () => {
      it('finishes its message once', async () => {
        await add('a');
        const { receipt } = await leaseOne();
        expect(await queue.ack(receipt, { status: 'ok' })).toBe(true);
        expect(await queue.ack(receipt, { status: 'again' })).toBe(false);
        expect(await queue.kill(receipt, {})).toBe(false);
        expect(await queue.stop(receipt, {})).toBe(false);
        expect(await queue.extend(receipt, 1000)).toBe(false);
        expect(await queue.retry(receipt, { notBefore: now, outcome: {} })).toBe(false);
        expect(await queue.get('a')).toMatchObject({
          state: 'done',
          payload: null,
          outcome: { status: 'ok' },
          finishedAt: now,
        });
      });

      it('is over when another worker has the lease', async () => {
        await add('a');
        const first = await leaseOne();
        now += 1000;
        expect(await queue.reap()).toEqual({ released: 1, cancelled: [], more: false });
        expect(await queue.ack(first.receipt, {})).toBe(false);
        const second = await leaseOne();
        expect(second.attempts).toBe(2);
        expect(second.startedAt).toBe(first.startedAt);
        expect(await queue.ack(first.receipt, {})).toBe(false);
        expect(await queue.ack(second.receipt, {})).toBe(true);
      });

      it.each(['', 'x', '0123456789abcdef', '0123456789abcdef.a', "0123456789abcdef.' or 1=1 --"])(
        'that was never given (%s) does nothing',
        async (receipt) => {
          await add('a');
          await leaseOne();
          expect(await queue.ack(receipt, {})).toBe(false);
          expect(await queue.retry(receipt, { notBefore: 0, outcome: {} })).toBe(false);
          expect(await queue.counts('calls')).toMatchObject({ leased: 1, done: 0 });
        },
      );

      it('finishes many messages at once and returns which of them were stale', async () => {
        await add('a', 'b', 'c');
        const [a, b, c] = idsOf(await lease());
        expect([a, b, c]).toEqual(['a', 'b', 'c']);
        now += 1000;
        await queue.reap();
        const leased = await lease(2);
        const acks = [...leased.map(({ receipt }) => ({ receipt, outcome: {} })), { receipt: 'stale', outcome: {} }];
        expect(await queue.ackAll(acks)).toEqual([true, true, false]);
        expect(await queue.counts('calls')).toEqual({ ready: 1, leased: 0, done: 2, dead: 0, cancelled: 0 });
      });

      it('makes its message wait for the next attempt', async () => {
        await add('a');
        const { receipt } = await leaseOne();
        expect(await queue.retry(receipt, { notBefore: now + 300, outcome: { error: 'busy' } })).toBe(true);
        expect(await lease()).toEqual([]);
        now += 300;
        const again = await leaseOne();
        expect(again).toMatchObject({ attempts: 2, outcome: { error: 'busy' } });
        expect(Buffer.from(again.payload).toString()).toBe('payload of a');
      });

      it('buries its message with the payload', async () => {
        await add('a');
        expect(await queue.kill((await leaseOne()).receipt, { error: 'fatal' })).toBe(true);
        const dead = await queue.get('a');
        expect(dead).toMatchObject({ state: 'dead', outcome: { error: 'fatal' }, finishedAt: now });
        expect(Buffer.from(dead?.payload ?? []).toString()).toBe('payload of a');
      });

      it('can be kept for longer', async () => {
        await add('a');
        const { receipt } = await leaseOne();
        now += 900;
        expect(await queue.extend(receipt, 1000)).toBe(true);
        now += 900;
        expect(await queue.reap()).toMatchObject({ released: 0 });
        now += 100;
        expect(await queue.reap()).toMatchObject({ released: 1 });
      });

      it('finishes its message even when the outcome is too large to keep', async () => {
        await add('a');
        expect(await queue.ack((await leaseOne()).receipt, { error: 'x'.repeat(100_000) })).toBe(true);
        expect((await queue.get('a'))?.outcome).toMatchObject({ reason: 'outcome too large' });
      });
    });

    describe('cancel', () => {
      it('ends a waiting message and returns its state', async () => {
        await add('a');
        expect(await queue.cancel('a')).toBe('cancelled');
        expect(await queue.cancel('a')).toBe('finished');
        expect(await queue.cancel('unknown')).toBe('missing');
        expect(await lease()).toEqual([]);
        expect(await queue.get('a')).toMatchObject({ state: 'cancelled', payload: null, finishedAt: now });
      });

      it('leaves a running message to its worker, which ends it', async () => {
        await add('a');
        const { receipt } = await leaseOne();
        expect(await queue.cancel('a')).toBe('running');
        expect(await queue.get('a')).toMatchObject({ state: 'leased', cancelRequested: true });
        expect(await queue.stop(receipt, { reason: 'stopped' })).toBe(true);
        expect(await queue.get('a')).toMatchObject({ state: 'cancelled', outcome: { reason: 'stopped' } });
      });

      it('wins over a retry and over the death of the worker', async () => {
        await add('retried', 'abandoned');
        const [retried] = await lease();
        await Promise.all([queue.cancel('retried'), queue.cancel('abandoned')]);
        expect(await queue.retry(retried?.receipt ?? '', { notBefore: now, outcome: {} })).toBe(true);
        now += 1000;
        expect(await queue.reap()).toMatchObject({ released: 0, cancelled: ['abandoned'] });
        expect(await queue.counts('calls')).toMatchObject({ ready: 0, leased: 0, cancelled: 2 });
      });
    });

    describe('expired messages', () => {
      it('are leased by the worker that ends them, with their last outcome and without one more attempt', async () => {
        await queue.enqueue(message('never', { expiresAt: now + 5000 }));
        await queue.enqueue(message('tried', { expiresAt: now + 5000, group: 'tried' }));
        await queue.enqueue(message('other', { expiresAt: now + 5000, topic: 'flows' }));
        const [tried] = await lease(1, 'tried');
        await queue.retry(tried?.receipt ?? '', { notBefore: now + 10, outcome: { error: 'busy' } });
        now += 4999;
        const expired = () => queue.leaseExpired({ topic: 'calls', limit: 10, leaseMs: 1000 });
        expect(await expired()).toEqual([]);
        now += 1;
        const taken = await expired();
        expect(taken.map(({ id, attempts, outcome }) => [id, attempts, outcome])).toEqual([
          ['never', 0, null],
          ['tried', 1, { error: 'busy' }],
        ]);
        expect(await expired()).toEqual([]);
        expect(await queue.kill(taken[0]?.receipt ?? '', { reason: 'expired' })).toBe(true);
        now += 1000;
        expect(await queue.reap()).toMatchObject({ released: 1 });
        expect(await lease()).toEqual([]);
        expect(idsOf(await expired())).toEqual(['tried']);
      });

      it('report when the next one is due', async () => {
        expect(await queue.nextReap('calls')).toBeNull();
        await queue.enqueue(message('other', { expiresAt: now + 3000, topic: 'flows' }));
        await queue.enqueue(message('a', { expiresAt: now + 5000 }));
        expect(await queue.nextReap('calls')).toBe(now + 5000);
        await leaseOne();
        expect(await queue.nextReap('calls')).toBe(now + 1000);
      });
    });

    describe('waiting workers', () => {
      it('know when the next message they may take is due', async () => {
        expect(await queue.nextDue('calls')).toBeNull();
        await queue.enqueue(message('old', { expiresAt: now + 1 }));
        await queue.enqueue(message('busy', { group: 'busy', notBefore: now + 50 }));
        await queue.enqueue(message('free', { notBefore: now + 100 }));
        now += 1;
        expect(await queue.nextDue('calls')).toBe(now + 49);
        expect(await queue.nextDue('calls', 'f')).toBe(now + 99);
        expect(await queue.nextDue('calls', 'other')).toBeNull();
        const groups = await queue.readyGroups('calls');
        expect(groups.find(({ group }) => group === 'busy')).toEqual({ group: 'busy', dueAt: now + 49 });
        expect(groups).toHaveLength(2);
      });

      it('are called for every message that becomes ready', async () => {
        const reported: number[] = [];
        const stop = queue.onReady('calls', (dueAt, group) => {
          expect(group).toBe('f');
          reported.push(dueAt - now);
        });
        await add('a');
        await queue.enqueue(message('later', { notBefore: now + 70 }));
        await queue.enqueue(message('flow', { topic: 'flows' }));
        await queue.retry((await leaseOne()).receipt, { notBefore: now + 30, outcome: {} });
        expect(reported).toEqual([0, 70, 30]);
        now += 30;
        await leaseOne();
        now += 1000;
        await queue.reap();
        expect(reported).toHaveLength(4);
        stop();
        await add('b');
        expect(reported).toHaveLength(4);
      });

      it('find the message when they are called for it', async () => {
        const found = new Promise<string[]>((resolve, reject) => {
          queue.onReady('calls', () => void lease().then((leased) => resolve(idsOf(leased)), reject));
        });
        await add('a');
        expect(await found).toEqual(['a']);
      });
    });

    describe('list', () => {
      it('returns pages, newest first, without gaps or duplicates', async () => {
        const ids = Array.from({ length: 25 }, (_, n) => `m${n}`);
        await add(...ids);
        const seen: string[] = [];
        for (let hasMore = true; hasMore; ) {
          const page = await queue.list({ topic: 'calls', limit: 10, offset: seen.length });
          seen.push(...idsOf(page.messages));
          hasMore = page.hasMore;
        }
        expect(seen).toEqual(ids.reverse());
        expect(await queue.count({ topic: 'calls' }, 100)).toBe(25);
        expect(await queue.count({ topic: 'calls' }, 20)).toBe(20);
      });

      it('filters by group, state, time and id', async () => {
        await queue.enqueue(message('g1', { group: 'g' }));
        await add('a', 'b');
        now += 100;
        await add('c');
        await queue.cancel('b');
        const list = async (filter: object) =>
          idsOf((await queue.list({ topic: 'calls', limit: 100, ...filter })).messages);
        expect(await list({ group: 'g' })).toEqual(['g1']);
        expect(await list({ states: ['cancelled'] })).toEqual(['b']);
        expect(await list({ from: now })).toEqual(['c']);
        expect(await list({ to: now, states: ['ready'] })).toEqual(['a', 'g1']);
        expect(await list({ ids: ['a', 'x'] })).toEqual(['a']);
        expect(await list({ ids: ['a'], group: 'g' })).toEqual([]);
      });

      it('finds leased messages that have not begun among the ready ones', async () => {
        await add('a', 'b', 'c');
        await lease(2);
        const list = async (state: 'ready' | 'leased', notBegun: string[]) =>
          idsOf((await queue.list({ topic: 'calls', limit: 9, states: [state], notBegun })).messages);
        expect([await list('ready', []), await list('leased', [])]).toEqual([['c'], ['b', 'a']]);
        expect([await list('ready', ['b', 'c']), await list('leased', ['b'])]).toEqual([['c', 'b'], ['a']]);
      });

      it('tells expired messages from others that failed, whatever their texts say', async () => {
        await add('late', 'failed');
        const [late, failed] = await lease(2);
        await queue.kill(late?.receipt ?? '', { reason: 'expired' });
        await queue.kill(failed?.receipt ?? '', { message: '{"reason":"expired"}' });
        const list = async (expired: boolean) =>
          idsOf((await queue.list({ topic: 'calls', limit: 9, states: ['dead'], expired })).messages);
        expect([await list(true), await list(false)]).toEqual([['late'], ['failed']]);
      });
    });

    describe('purge', () => {
      it('deletes messages that finished before, and no others', async () => {
        await add('done', 'dead', 'leased', 'ready');
        const [done, dead] = await lease(3);
        await queue.ack(done?.receipt ?? '', {});
        await queue.kill(dead?.receipt ?? '', {});
        expect(await queue.purge(now)).toBe(0);
        expect(await queue.purge(now + 1, ['done'])).toBe(1);
        expect(await queue.purge(now + 1)).toBe(1);
        expect(await queue.counts('calls')).toEqual({ ready: 1, leased: 1, done: 0, dead: 0, cancelled: 0 });
        expect(await queue.get('done')).toBeUndefined();
      });
    });
  });
}
