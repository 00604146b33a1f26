import { expect, it } from 'vitest';
import type { Caller, Iam } from '../iam/index.ts';
import { type BucketCaller, BucketError, type Buckets } from '../services/index.ts';
import { resultObjects } from './result-objects.ts';

const CALLER: Caller = {
  userId: '',
  userName: 'writer',
  domainId: 'account',
  principal: { kind: 'agency', id: 'a1' },
  accessKey: '',
};
const OBJECT = {
  as: { kind: 'agency', name: 'writer' },
  projectId: 'p1',
  bucket: 'results',
  key: 'daily/hello/r1.json',
  bytes: Buffer.from('{}'),
  requestId: 'd1',
  depth: 4,
} as const;

type Put = Buckets['put'];

function store(put: Put, caller: Caller | undefined = CALLER) {
  const iam = {
    agencyCaller: () => caller,
    allows: (_: Caller, { action, projectId, path }: { action: string; projectId: string; path: string }) =>
      `${action} ${projectId} ${path}` === 'obs:object:PutObject p1 results/daily/hello/r1.json',
  } as unknown as Iam;
  return resultObjects(iam, { put })(OBJECT);
}

it('stores with the account, the depth and the rights of the caller, in buckets of the project only', async () => {
  let by: BucketCaller | undefined;
  const result = await store(async (caller) => {
    by = caller;
    return { etag: 'e' } as Awaited<ReturnType<Put>>;
  });
  expect(result).toEqual({ kind: 'delivered', note: { bucket: 'results', key: OBJECT.key, etag: 'e' }, messages: [] });
  expect(by).toMatchObject({ accountId: 'account', principalId: 'a1', chainDepth: 4, requestId: 'd1' });
  const mayIn = (projectId: string) =>
    by?.may('obs:object:PutObject', { projectId, bucket: 'results', key: OBJECT.key });
  expect([mayIn('p1'), mayIn('p2')]).toEqual([true, false]);
});

it.each([
  ['QuotaExceeded', { kind: 'failed' }],
  ['SlowDown', { kind: 'failed' }],
  ['InsufficientStorage', { kind: 'failed' }],
  ['NoSuchBucket', { kind: 'undeliverable', reason: 'refused' }],
  ['AccessDenied', { kind: 'undeliverable', reason: 'forbidden', message: expect.stringContaining('agency writer') }],
] as const)('of %s makes %j', async (code, expected) => {
  const refused: Put = () => Promise.reject(new BucketError(code, 'text'));
  expect(await store(refused)).toMatchObject(expected);
});

it('is forbidden without the agency', async () => {
  const iam = { agencyCaller: () => undefined } as unknown as Iam;
  const put: Put = () => Promise.reject(new Error('not reached'));
  expect(await resultObjects(iam, { put })(OBJECT)).toMatchObject({ kind: 'undeliverable', reason: 'forbidden' });
});
