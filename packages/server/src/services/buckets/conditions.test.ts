import { describe, expect, it } from 'vitest';
import { checkRead, checkWrite, resolveRange } from './conditions.ts';
import type { ByteRange, ReadConditions, WriteConditions } from './types.ts';

const head = { key: 'k', size: 10, etag: 'e', modifiedAt: 5_000, content: {}, metadata: {} };

function codeOf(work: () => unknown): unknown {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

describe('conditions of a read', () => {
  it.each<[ReadConditions, string]>([
    [{}, 'ok'],
    [{ ifMatch: ['x', 'e'] }, 'ok'],
    [{ ifMatch: ['*'] }, 'ok'],
    [{ ifMatch: ['x'] }, 'PreconditionFailed'],
    [{ ifUnmodifiedSince: 5_000 }, 'ok'],
    [{ ifUnmodifiedSince: 4_999 }, 'PreconditionFailed'],
    [{ ifMatch: ['e'], ifUnmodifiedSince: 0 }, 'ok'],
    [{ ifNoneMatch: ['e'] }, 'NotModified'],
    [{ ifNoneMatch: ['*'] }, 'NotModified'],
    [{ ifNoneMatch: ['x'], ifModifiedSince: 9_000 }, 'ok'],
    [{ ifModifiedSince: 5_000 }, 'NotModified'],
    [{ ifModifiedSince: 4_999 }, 'ok'],
    [{ ifMatch: ['x'], ifNoneMatch: ['e'] }, 'PreconditionFailed'],
  ])('%j gives %s', (conditions, code) => {
    expect(codeOf(() => checkRead(head, conditions))).toBe(code);
  });

  it('says in NotModified which object the client has', () => {
    expect(() => checkRead(head, { ifNoneMatch: ['e'] })).toThrow(expect.objectContaining({ head, status: 304 }));
  });
});

describe('conditions of a write', () => {
  it.each<[WriteConditions, string | undefined, string]>([
    [{}, undefined, 'ok'],
    [{ ifMatch: ['e'] }, 'e', 'ok'],
    [{ ifMatch: ['*'] }, 'e', 'ok'],
    [{ ifMatch: ['e'] }, 'x', 'PreconditionFailed'],
    [{ ifMatch: ['*'] }, undefined, 'NoSuchKey'],
    [{ ifNoneMatch: ['*'] }, undefined, 'ok'],
    [{ ifNoneMatch: ['*'] }, 'e', 'PreconditionFailed'],
    [{ ifNoneMatch: ['e'] }, 'x', 'ok'],
  ])('%j over an object with etag %s gives %s', (conditions, etag, code) => {
    expect(codeOf(() => checkWrite(etag, conditions))).toBe(code);
  });
});

describe('a range', () => {
  it.each<[ByteRange, number, unknown]>([
    [{ first: 0 }, 10, { first: 0, last: 9 }],
    [{ first: 2, last: 4 }, 10, { first: 2, last: 4 }],
    [{ first: 9, last: 99 }, 10, { first: 9, last: 9 }],
    [{ suffix: 3 }, 10, { first: 7, last: 9 }],
    [{ suffix: 30 }, 10, { first: 0, last: 9 }],
  ])('%j of %i bytes is %j', (range, size, expected) => {
    expect(resolveRange(range, size)).toEqual(expected);
  });

  it.each<[ByteRange, number]>([
    [{ first: 10 }, 10],
    [{ first: 4, last: 3 }, 10],
    [{ suffix: 0 }, 10],
    [{ first: 0 }, 0],
    [{ suffix: 1 }, 0],
  ])('%j of %i bytes is refused', (range, size) => {
    expect(codeOf(() => resolveRange(range, size))).toBe('InvalidRange');
  });
});
