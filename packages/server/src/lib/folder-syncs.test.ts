import { expect, it } from 'vitest';
import { FolderSyncs } from './folder-syncs.ts';

/** Syncs that end when the test says so. */
function open() {
  const begun: { readonly path: string; readonly end: PromiseWithResolvers<void> }[] = [];
  const syncs = new FolderSyncs((path) => {
    const end = Promise.withResolvers<void>();
    begun.push({ path, end });
    return end.promise;
  });
  return { syncs, begun, paths: () => begun.map(({ path }) => path) };
}

it('calls during a sync share one that begins after it', async () => {
  const { syncs, begun, paths } = open();
  const first = syncs.sync('a');
  const later = [syncs.sync('a'), syncs.sync('a'), syncs.sync('a')];
  expect(paths()).toEqual(['a']);
  begun[0]?.end.resolve();
  await first;
  await expect.poll(paths).toEqual(['a', 'a']);
  const last = syncs.sync('a');
  begun[1]?.end.resolve();
  await Promise.all(later);
  await expect.poll(paths).toEqual(['a', 'a', 'a']);
  begun[2]?.end.resolve();
  await last;
  const alone = syncs.sync('a');
  expect(paths()).toHaveLength(4);
  begun[3]?.end.resolve();
  await alone;
});

it('folders do not wait for each other', () => {
  const { syncs, paths } = open();
  void syncs.sync('a');
  void syncs.sync('b');
  expect(paths()).toEqual(['a', 'b']);
});

it('a failed sync fails those that shared it, and no later one', async () => {
  const { syncs, begun, paths } = open();
  const first = expect(syncs.sync('a')).rejects.toThrow('disk');
  const shared = [syncs.sync('a'), syncs.sync('a')].map((each) => expect(each).rejects.toThrow('again'));
  begun[0]?.end.reject(new Error('disk'));
  await first;
  await expect.poll(paths).toHaveLength(2);
  begun[1]?.end.reject(new Error('again'));
  await Promise.all(shared);
  const next = syncs.sync('a');
  begun[2]?.end.resolve();
  await next;
});
