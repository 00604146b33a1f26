import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../../storage/index.ts';
import type { Append } from './append.ts';
import type { RunRow } from './run-rows.ts';
import { RunStore } from './run-store.ts';
import { newRow } from './testing.ts';

/** The contract of the store on every storage. `open` opens an empty storage, which the suite closes. */
export function runStoreConformance(name: string, open: () => Promise<Storage>): void {
  describe(`runs of flows ${name}`, () => {
    let storage: Storage;
    let store: RunStore;
    beforeEach(async () => {
      storage = await open();
      store = new RunStore(storage);
    });
    afterEach(() => storage.close());

    const create = (run: string, more: Partial<RunRow> = {}) => store.create(newRow(run, more), '[0]', []);
    const append = (run: string, seq: number, more: Partial<Append> = {}) =>
      store.append({ run, seq, count: 1, epoch: 1, events: `[${seq}]`, bytes: 3, at: 2_000, ...more });
    const logOf = async (run: string) => (await store.events(run, 0, 100)).map(({ events }) => events);

    it('keeps a new run with its first events and payloads, once', async () => {
      const payload = { digest: 'x', bytes: Buffer.from([0, 255, 10]) };
      expect(await store.create(newRow('a'), '[0]', [payload])).toBe(true);
      expect(await store.create(newRow('a', { request: 'other' }), '[1]', [])).toBe(false);
      const stored = await store.load('a', 'server-1');
      expect(stored).toMatchObject({ row: newRow('a'), events: ['[0]'], from: 0, snapshot: undefined });
      expect(await store.payloads.get('a', 'x')).toEqual(payload.bytes);
      expect(await store.payloads.get('a', 'y')).toBeUndefined();
      expect(await store.load('b', 'server-1')).toBeUndefined();
      expect(await store.load('a', 'server-2')).toBeUndefined();
    });

    it('copies values of a run to a new one, or makes none when that run was removed', async () => {
      const payloads = ['x', 'y', 'z'].map((digest) => ({ digest, bytes: Buffer.from(digest) }));
      expect(await store.create(newRow('a'), '[0]', payloads)).toBe(true);
      expect(await store.create(newRow('b'), '[0]', [], store.payloads.copying('a', 'b', ['x', 'z']))).toBe(true);
      expect(await store.payloads.get('b', 'z')).toEqual(Buffer.from('z'));
      expect(await store.payloads.get('b', 'y')).toBeUndefined();
      const removed = store.create(newRow('c'), '[0]', [], store.payloads.copying('missing', 'c', ['x']));
      await expect(removed).rejects.toMatchObject({ code: 'storage.guard' });
      expect(await store.row('c')).toBeUndefined();
    });

    it('appends in order, and nothing that is not the next event', async () => {
      await create('a');
      expect(await append('a', 1, { count: 2, events: '[1,2]' })).toBe(true);
      expect(await append('a', 1)).toBe(false);
      expect(await append('a', 2)).toBe(false);
      expect(await append('a', 4)).toBe(false);
      expect(await append('a', 3)).toBe(true);
      expect(await logOf('a')).toEqual(['[0]', '[1,2]', '[3]']);
      expect(await store.row('a')).toMatchObject({ next_seq: 4, bytes: 16, updated_at: 2_000, status: 'running' });
      expect(await append('unknown', 1)).toBe(false);
    });

    it('takes one of two appends of the same moment', async () => {
      await create('a');
      const both = await Promise.all([append('a', 1, { events: '["x"]' }), append('a', 1, { events: '["y"]' })]);
      expect(both.filter(Boolean)).toHaveLength(1);
      expect(await logOf('a')).toEqual(['[0]', both[0] ? '["x"]' : '["y"]']);
    });

    it('appends for many runs at once, and an event of any size and text beside others', async () => {
      const runs = Array.from({ length: 300 }, (_, n) => `r${n}`);
      await Promise.all(runs.map((run) => create(run)));
      const text = JSON.stringify(['nul \0', 'half \ud800', '"quote" \\u0000', '键']);
      const large = JSON.stringify(['x'.repeat(200_000)]);
      const eventsOf = (n: number) => (n === 7 ? text : n === 8 ? large : `[${n}]`);
      const done = await Promise.all(runs.map((run, n) => append(run, n === 9 ? 5 : 1, { events: eventsOf(n) })));
      expect(done.flatMap((stored, n) => (stored ? [] : [n]))).toEqual([9]);
      for (const n of [0, 7, 8, 299]) expect(await logOf(`r${n}`)).toEqual(['[0]', eventsOf(n)]);
    });

    it('refuses the append of an owner that lost the run', async () => {
      await create('a');
      await create('b', { owner: 'server-2' });
      const living = { id: 'server-2', home: 'h', name: 'n', version: '1', joined_at: 0, expires_at: 0 };
      await storage.db.insertInto('server').values(living).execute();
      expect(await store.claim('server-3')).toBe(1);
      expect(await append('a', 1)).toBe(false);
      expect(await append('a', 1, { epoch: 2 })).toBe(true);
      expect(await append('b', 1)).toBe(true);
      expect(await store.claim('server-3')).toBe(0);
      expect(await store.sleep('a', 1, 99)).toBe(false);
    });

    it('ends a run with its last append, after which it has no owner', async () => {
      await create('a');
      expect(await append('a', 1, { end: 'fail', at: 3_000 })).toBe(true);
      expect(await store.row('a')).toMatchObject({ status: 'fail', ended_at: 3_000, owner: null, wake_at: null });
      expect(await store.claim('server-2')).toBe(0);
      expect(await store.hasActive('f')).toBe(false);
    });

    it('undoes the statements beside an append that is refused', async () => {
      await create('a');
      await store.inbox.send({ run: 'a', key: 'k', message: '{}', at: 5, announce: false });
      expect(await append('a', 4, { also: [store.inbox.settle('a', 'k', 'taken')] })).toBe(false);
      expect(await store.inbox.outcome('a', 'k')).toBe('open');
      expect(await append('a', 1, { also: [store.inbox.settle('a', 'k', 'taken')] })).toBe(true);
      expect(await store.inbox.outcome('a', 'k')).toBe('taken');
    });

    it('finds the runs that are due, and the time of the next', async () => {
      await create('now');
      await create('later', { wake_at: 5_000 });
      await create('message', { wake_at: null });
      await create('elsewhere', { owner: 'server-2', wake_at: 4_000 });
      const due = async (now: number) => (await store.due('server-1', now, 10)).map(({ run }) => run);
      expect(await due(1_000)).toEqual(['now']);
      expect(await store.nextDue('server-1', 1_000)).toBe(5_000);
      expect(await due(5_000)).toEqual(['now', 'later']);
      expect(await store.due('server-1', 5_000, 10, ['p'])).toEqual([]);
      expect(await store.nextDue('server-1', 5_000)).toBeUndefined();
      expect(await store.sleep('now', 1, 7_000)).toBe(true);
      expect(await due(5_000)).toEqual(['later']);
    });

    it('keeps a message for a run once, in the order of arrival, until it is settled', async () => {
      await create('a');
      const send = (key: string, at: number) =>
        store.inbox.send({ run: 'a', key, message: `"${key}"`, at, announce: at === 2 });
      expect(await Promise.all([send('x', 2), send('x', 2)])).toContain(false);
      expect(await send('y', 1)).toBe(true);
      expect(await store.inbox.open('a')).toEqual([
        { key: 'y', message: '"y"' },
        { key: 'x', message: '"x"' },
      ]);
      expect(await store.inbox.runs('server-1', 10)).toEqual(['a']);
      await store.inbox.settleAlone('a', 'y', 'late');
      expect(await store.inbox.open('a')).toEqual([{ key: 'x', message: '"x"' }]);
      expect(await send('y', 3)).toBe(false);
      expect(await store.inbox.size('a')).toBe(2);
      await append('a', 1, { end: 'success' });
      expect(await send('z', 4)).toBe(false);
      expect(await store.inbox.outcome('a', 'z')).toBeUndefined();
    });

    it('notes a change for messages to runs of other servers only', async () => {
      await create('a');
      await store.inbox.send({ run: 'a', key: 'x', message: '{}', at: 1, announce: false });
      await store.inbox.send({ run: 'a', key: 'y', message: '{}', at: 1, announce: true });
      const changes = await storage.db.selectFrom('change').selectAll().where('topic', '=', 'flow-run').execute();
      expect(changes.map(({ key }) => key)).toEqual(['a']);
    });

    it('lists runs of a flow, newest first, by status and time', async () => {
      for (const [n, run] of ['a', 'b', 'c', 'd'].entries()) await create(run, { started_at: 1_000 + n });
      await create('other', { flow_id: 'g' });
      await append('b', 1, { end: 'fail' });
      await store.markStop('c', 7);
      const list = async (more: object) => {
        const filter = { flowId: 'f', from: 0, to: 1_000_000, offset: 0, limit: 10, ...more };
        const { runs, total } = await store.list(filter);
        return [runs.map(({ run }) => run).join(''), total];
      };
      expect(await list({})).toEqual(['dcba', 4]);
      expect(await list({ offset: 1, limit: 2 })).toEqual(['cb', 4]);
      expect(await list({ from: 1_001, to: 1_003 })).toEqual(['cb', 2]);
      expect(await list({ status: 'fail' })).toEqual(['b', 1]);
      expect(await list({ status: 'running', stopping: true })).toEqual(['c', 1]);
      expect(await list({ status: 'running', stopping: false })).toEqual(['da', 2]);
    });

    it('names the pinned ones among definitions', async () => {
      await create('a', { definition: 'd1', pins: '{"child":"d2"}' });
      expect(await store.upkeep.pinned(['d1', 'd2', 'd3'])).toEqual(new Set(['d1', 'd2']));
    });

    it('keeps the last snapshot and reads the events after it', async () => {
      await create('a');
      await append('a', 1);
      await append('a', 2);
      await store.saveSnapshot('a', 1, 'old');
      await store.saveSnapshot('a', 2, 'new');
      expect(await store.load('a', 'server-1')).toMatchObject({ snapshot: 'new', from: 2, events: ['[2]'] });
      expect(await store.appendBefore('a', 1)).toBe(1);
    });

    it('removes runs that ended long ago, with all that belongs to them, and returns what they used', async () => {
      await store.create(newRow('old'), '[0]', [{ digest: 'x', bytes: Buffer.from('x') }]);
      await create('running');
      await append('old', 1, { end: 'success', at: 4_000 });
      expect(await store.upkeep.usage()).toEqual([{ projectId: 'p', runs: 2, bytes: 23 }]);
      expect(await store.upkeep.purge(4_000, 10)).toEqual([]);
      expect(await store.upkeep.purge(4_001, 10)).toEqual([{ project_id: 'p', bytes: 13 }]);
      for (const table of ['flow_run_event', 'flow_run_payload'] as const) {
        const rows = await storage.db.selectFrom(table).select('run').where('run', '=', 'old').execute();
        expect(rows).toEqual([]);
      }
      expect(await store.upkeep.usage()).toEqual([{ projectId: 'p', runs: 1, bytes: 10 }]);
    });

    it('removes ended runs of flows that no longer exist', async () => {
      const flow = { id: 'f', project_id: 'p', name: 'f', description: '', mode: 'NORMAL' as const, stream: 0 };
      const saved = { enterprise_project_id: '', created_by: 'ann', saved_by_kind: 'user' as const, saved_by_id: 'u' };
      await storage.db.insertInto('flow_definition').values({ digest: 'd1', body: '{}', unused_since: null }).execute();
      await storage.db
        .insertInto('flow')
        .values({ ...flow, ...saved, definition: 'd1', created_at: 1, modified_at: 1, triggers_made: 1 })
        .execute();
      await create('kept');
      await create('running', { flow_id: 'gone' });
      for (const run of ['a', 'b', 'c']) await create(run, { flow_id: 'gone' });
      for (const run of ['kept', 'a', 'b', 'c']) await append(run, 1, { end: 'success', at: 5 });
      expect(await store.upkeep.purgeDeleted(2)).toHaveLength(2);
      expect(await store.upkeep.purgeDeleted(2)).toEqual([{ project_id: 'p', bytes: 13 }]);
      expect(await store.upkeep.purgeDeleted(2)).toEqual([]);
      const left = await storage.db.selectFrom('flow_run').select('run').orderBy('run').execute();
      expect(left.map(({ run }) => run)).toEqual(['kept', 'running']);
    });
  });
}
