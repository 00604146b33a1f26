import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FunctionFacts } from '../catalog.ts';
import { openTestControl, type TestControl } from '../testing.ts';

const P = 'p1';
const HELLO = { projectId: P, package: 'default', name: 'hello' };
const body = { name: 'hello', runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128, handler: 'index.handler' };

let writer: TestControl;
/** A second server over the same database. */
let reader: Pick<TestControl, 'catalog' | 'feed'>;
let seen: string[];

beforeEach(async () => {
  writer = await openTestControl();
  reader = await writer.restart();
  seen = [];
  const { facts } = reader.catalog;
  const note = <K extends keyof FunctionFacts>(name: K, what: (fact: FunctionFacts[K]) => string) =>
    facts.on(name, (fact) => seen.push(`${String(name)} ${what(fact)}`));
  note(
    'function.updated',
    ({ snapshot, previous }) => `${snapshot.version}: ${previous?.revision ?? '-'}>${snapshot.revision}`,
  );
  note('alias.updated', ({ alias }) => alias);
  note('alias.deleted', ({ alias }) => alias);
  note('version.deleted', ({ snapshot }) => snapshot.version);
  note('reserved.updated', () => '');
  note('triggers.updated', () => '');
  note('function.deleted', ({ name }) => name);
});
afterEach(() => writer.close());

/** The events of the second server since the last call, when it has everything. */
async function events(): Promise<string[]> {
  await reader.feed.caughtUp();
  return seen.splice(0);
}

it('shows every change of a function to a server that did not make it, with an event for each difference', async () => {
  await writer.functions.create(P, body);
  expect(await events()).toEqual(['function.updated latest: ->1']);
  await writer.versions.publish(HELLO, { version: 'v1' });
  await writer.aliases.create(HELLO, { name: 'live', version: 'v1' });
  expect(await events()).toEqual(['alias.updated live', 'function.updated v1: ->1']);
  await writer.functions.updateConfig(HELLO, { timeoutSeconds: 5 });
  expect(await events()).toEqual(['function.updated latest: 1>2']);
  await writer.reservedConfigs.set(HELLO, '!live', { count: 2 });
  expect(await events()).toEqual(['reserved.updated ']);
  await writer.aliases.update(HELLO, 'live', { version: 'latest' });
  expect(await events()).toEqual(['alias.updated live']);
  expect(reader.catalog.resolveAlias(P, 'default', 'hello', 'live')?.version).toBe('latest');
  await writer.functions.setCollected(HELLO, true);
  expect(await events()).toEqual([]);
  await writer.aliases.delete(HELLO, 'live');
  await writer.versions.delete(HELLO, 'v1');
  expect(await events()).toEqual(['alias.deleted live', 'version.deleted v1', 'reserved.updated ']);
  await writer.functions.delete(HELLO);
  expect(await events()).toEqual(['function.deleted hello']);
});

it('shows a function that was deleted and made again between two looks under its name', async () => {
  const first = await writer.functions.create(P, body);
  await events();
  await writer.functions.delete(HELLO);
  const second = await writer.functions.create(P, { ...body, timeoutSeconds: 7 });
  expect(await events()).toEqual(['function.deleted hello', 'function.updated latest: ->1']);
  const found = reader.catalog.resolve(P, 'default', 'hello', 'latest');
  expect([found?.functionId, found?.timeoutSeconds]).toEqual([second.fn.id, 7]);
  expect(reader.catalog.entry(first.fn.id)).toBeUndefined();
});

it('keeps the same object for what did not change', async () => {
  await writer.functions.create(P, body);
  await writer.versions.publish(HELLO, { version: 'v1' });
  await events();
  const version = () => reader.catalog.resolve(P, 'default', 'hello', 'v1');
  const before = version();
  await writer.functions.updateConfig(HELLO, { timeoutSeconds: 5 });
  await events();
  expect(version()).toBe(before);
});

it('reports a full disk and damaged code as such, and unpacks the code when there is room', async () => {
  await writer.functions.create(P, body);
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const restore = vi.spyOn(writer.artifacts, 'restore').mockRejectedValue(full);
  const { catalog, source } = await writer.restart();
  const { treePath = '' } = catalog.resolve(P, 'default', 'hello', 'latest')?.artifact ?? {};
  await expect(source.codeReady(treePath)).rejects.toMatchObject({ code: 'no_disk_room', cause: full });
  restore.mockClear().mockResolvedValue(true);
  await source.codeReady(treePath);
  await source.codeReady(treePath);
  expect(restore).toHaveBeenCalledTimes(1);
  restore.mockRejectedValue(full);
  const again = await writer.restart();
  restore.mockResolvedValue(false);
  const damaged = { code: 'artifacts_unavailable', message: expect.stringContaining('missing or damaged') };
  await expect(again.source.codeReady(treePath)).rejects.toMatchObject(damaged);
});
