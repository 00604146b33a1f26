import { expect, it } from 'vitest';
import { bodyOf, photosForEachTest, type TestBuckets, testCaller, usageOf } from './testing.ts';
import type { Buckets, PutRequest } from './types.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const caller = testCaller();
const nothing = { content: {}, metadata: {} };

let test: TestBuckets;
let buckets: Buckets;

photosForEachTest((opened) => {
  test = opened;
  ({ buckets } = test);
});

const put = (key: string, text: string, more: Partial<PutRequest> = {}) =>
  buckets.put(caller, { bucket: 'photos', key, body: bodyOf(text), ...nothing, ...more });
const keysOf = async (): Promise<string[]> =>
  (await buckets.list(caller, { bucket: 'photos', limit: 1000 })).objects.map(({ key }) => key);
const run = (): Promise<void> => test.upkeep.run(new AbortController().signal);
const endOf = async (key: string) => (await buckets.head(caller, { bucket: 'photos', key })).expiresAt;

it('an object that is written with a number of days is removed within a minute of its end, without a fact', async () => {
  const { modifiedAt } = await put('short', 'x', { expireDays: 1 });
  await put('long', 'x', { expireDays: 2 });
  await put('endless', 'x');
  expect(await endOf('short')).toBe(modifiedAt + DAY_MS);
  expect(await endOf('endless')).toBeUndefined();
  await run();
  test.clock.advance(DAY_MS - 1000);
  await run();
  expect(await keysOf()).toEqual(['endless', 'long', 'short']);
  test.clock.advance(1000);
  await run();
  expect(await keysOf()).toEqual(['endless', 'long']);
  expect(test.facts.map(({ event }) => event)).toEqual(Array(3).fill('ObjectCreated:Put'));
  expect(await usageOf(test)).toEqual([1, 2, 2, 0, 0]);
});

it('such an object stays when it is written again without an end, and a copy of it has none', async () => {
  await put('a', 'x', { expireDays: 1 });
  const source = { bucket: 'photos', key: 'a' };
  await buckets.copy(caller, { bucket: 'photos', key: 'b', source });
  await buckets.copy(caller, { bucket: 'photos', key: 'c', source, expireDays: 3 });
  await put('a', 'y');
  test.clock.advance(2 * DAY_MS);
  await run();
  expect(await keysOf()).toEqual(['a', 'b', 'c']);
  test.clock.advance(DAY_MS);
  await run();
  expect(await keysOf()).toEqual(['a', 'b']);
});

it('an object ends so many days after the completion of its upload in parts', async () => {
  const ref = { bucket: 'photos', key: 'parts' };
  const uploadId = await buckets.createUpload(caller, { ...ref, ...nothing, expireDays: 1 });
  const { etag } = await buckets.uploadPart(caller, { ...ref, uploadId, partNumber: 1, body: bodyOf('x') });
  test.clock.advance(2 * DAY_MS);
  await run();
  await buckets.completeUpload(caller, { ...ref, uploadId, parts: [{ partNumber: 1, etag }] });
  await run();
  expect(await keysOf()).toEqual(['parts']);
  test.clock.advance(DAY_MS);
  await run();
  expect(await keysOf()).toEqual([]);
});

it.each([0, -1, 1.5, 36_501])('%d is not a number of days until an object ends', async (expireDays) => {
  await expect(put('a', 'x', { expireDays })).rejects.toMatchObject({ code: 'InvalidArgument' });
  expect(await keysOf()).toEqual([]);
});
