import { describe, expect, it } from 'vitest';
import type { Caller, Iam } from '../iam/index.ts';
import { Secret } from '../lib/secret.ts';
import { type BucketCaller, BucketError, type Buckets, ExternalS3, ExternalS3Error } from '../services/index.ts';
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
  expireDays: 7,
} as const;

type Put = Buckets['put'];

function store(put: Put, caller: Caller | undefined = CALLER) {
  const iam = {
    agencyCaller: () => caller,
    allows: (_: Caller, { action, projectId, path }: { action: string; projectId: string; path: string }) =>
      `${action} ${projectId} ${path}` === 'obs:object:PutObject p1 results/daily/hello/r1.json',
  } as unknown as Iam;
  return resultObjects(iam, { buckets: { put }, externalS3: new ExternalS3([]) })(OBJECT);
}

it('stores with the account, the depth and the rights of the caller, in buckets of the project only', async () => {
  let by: BucketCaller | undefined;
  let days: number | undefined;
  const result = await store(async (caller, { expireDays }) => {
    by = caller;
    days = expireDays;
    return { etag: 'e' } as Awaited<ReturnType<Put>>;
  });
  expect(result).toEqual({ kind: 'delivered', note: { bucket: 'results', key: OBJECT.key, etag: 'e' }, messages: [] });
  expect(days).toBe(7);
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

describe('into an external S3 service', () => {
  const deliver = (put: () => Promise<string>, granted = 'p1', allowed = true) => {
    const iam = {
      agencyCaller: () => CALLER,
      allows: (_: Caller, { path }: { path: string }) => allowed && path === '@company/results/daily/hello/r1.json',
    } as unknown as Iam;
    const service = { endpoint: 'https://s3', region: 'r', accessKey: 'k', secretKey: new Secret('s') };
    const named = new ExternalS3([{ name: 'company', service, projects: new Set([granted]) }]);
    const externalS3 = { named: named.named.bind(named), put };
    const buckets = { put: () => Promise.reject(new Error('not reached')) };
    return resultObjects(iam, { buckets, externalS3 })({ ...OBJECT, bucket: '@company/results' });
  };
  const broken = (reason: ExternalS3Error['reason']) => () => Promise.reject(new ExternalS3Error(reason, 'text'));

  it('stores with a grant and the right', async () => {
    const note = { bucket: '@company/results', key: OBJECT.key, etag: 'e' };
    expect(await deliver(async () => 'e')).toEqual({ kind: 'delivered', note, messages: [] });
  });

  it('tries again while it cannot be reached, and no other failure', async () => {
    expect(await deliver(broken('unavailable'))).toMatchObject({ kind: 'failed' });
    expect(await deliver(broken('missing'))).toMatchObject({ kind: 'undeliverable', reason: 'refused' });
    expect(await deliver(broken('refused'))).toMatchObject({ kind: 'undeliverable', reason: 'refused' });
  });

  it('is forbidden without a grant of the project, and without the right', async () => {
    const forbidden = { kind: 'undeliverable', reason: 'forbidden' };
    expect(await deliver(async () => 'e', 'p2')).toMatchObject(forbidden);
    expect(await deliver(async () => 'e', 'p1', false)).toMatchObject(forbidden);
  });
});

it('is forbidden without the agency', async () => {
  const iam = { agencyCaller: () => undefined } as unknown as Iam;
  const put: Put = () => Promise.reject(new Error('not reached'));
  expect(await resultObjects(iam, { buckets: { put }, externalS3: new ExternalS3([]) })(OBJECT)).toMatchObject({
    kind: 'undeliverable',
    reason: 'forbidden',
  });
});
