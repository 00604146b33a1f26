import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { newRow } from '../runs/store/testing.ts';
import type { Flow } from '../types.ts';
import { FlowStore } from './flow-store.ts';

const FLOW: Flow = {
  id: 'f1',
  projectId: 'p1',
  name: 'order',
  description: 'one',
  mode: 'NORMAL',
  stream: false,
  definition: 'd1',
  enterpriseProjectId: '',
  savedBy: { kind: 'user', id: 'u1' },
  createdBy: 'ann',
  createdAt: 10,
  modifiedAt: 10,
};
const body = (digest: string) => ({ digest, body: `{"digest":"${digest}"}` });
const parts = (digest: string) => ({ definition: body(digest), triggers: [] });

let storage: Storage;
let store: FlowStore;
beforeEach(async () => {
  storage = await openTestStorage();
  store = new FlowStore(storage.db);
});
afterEach(() => storage.close());

const insert = (more: Partial<Flow> = {}, most = 10) => {
  const flow = { ...FLOW, ...more };
  return store.insert(flow, parts(flow.definition), most);
};

it('keeps a flow with its definition', async () => {
  expect(await insert()).toBe('added');
  expect(await store.find('f1')).toEqual(FLOW);
  expect(await store.findByName('p1', 'order')).toEqual(FLOW);
  expect(await store.findByName('p2', 'order')).toBeUndefined();
  expect(await store.definition('d1')).toBe(body('d1').body);
});

it('has a name once in a project, and says so also when the quota is used up', async () => {
  await insert();
  expect(await insert({ id: 'f2' }, 1)).toBe('exists');
  expect(await insert({ id: 'f2', projectId: 'p2' }, 1)).toBe('added');
  expect(await insert({ id: 'f3', name: 'other' }, 1)).toBe('quota');
  expect(await store.list('p1')).toEqual([FLOW]);
});

it('lists the newest first', async () => {
  await insert();
  await insert({ id: 'f2', name: 'second', createdAt: 20 });
  expect((await store.list('p1')).map(({ name }) => name)).toEqual(['second', 'order']);
});

it('replaces everything but who created it, and only an existing flow', async () => {
  await insert();
  const changed = { ...FLOW, description: 'two', mode: 'EXPRESS' as const, definition: 'd2', modifiedAt: 20 };
  expect(await store.replace({ ...changed, createdBy: 'bob', createdAt: 5 }, parts('d2'))).toBe('replaced');
  expect(await store.find('f1')).toEqual(changed);
  expect(await store.replace({ ...changed, id: 'f9' }, parts('d3'))).toBe('missing');
});

it('removes a flow once its runs have ended', async () => {
  await insert();
  await storage.db
    .insertInto('flow_run')
    .values(newRow('r1', { flow_id: 'f1' }))
    .execute();
  expect(await store.remove('f1')).toBe(false);
  await storage.db.updateTable('flow_run').set({ ended_at: 5 }).execute();
  expect(await store.remove('f1')).toBe(true);
  expect(await store.remove('f1')).toBe(false);
});

it('names definitions that no flow has had since a time, in pages', async () => {
  await insert();
  await insert({ id: 'f2', name: 'second' });
  await store.replace({ ...FLOW, definition: 'd2' }, parts('d2'));
  await store.noteUnused(100);
  expect(await store.unused(200, '', 10)).toEqual([]);
  await store.remove('f2');
  await store.remove('f1');
  await store.noteUnused(100);
  await store.noteUnused(300);
  expect(await store.unused(100, '', 10)).toEqual([]);
  expect(await store.unused(101, '', 10)).toEqual(['d1', 'd2']);
  expect(await store.unused(101, '', 1)).toEqual(['d1']);
  expect(await store.unused(101, 'd1', 10)).toEqual(['d2']);
});

it('keeps a definition that a flow has again', async () => {
  await insert();
  await store.remove('f1');
  await store.noteUnused(100);
  await insert();
  await store.removeDefinitions(['d1'], 200);
  expect(await store.definition('d1')).toBe(body('d1').body);
  await store.remove('f1');
  await store.noteUnused(100);
  await store.removeDefinitions(['d1'], 200);
  expect(await store.definition('d1')).toBeUndefined();
});
