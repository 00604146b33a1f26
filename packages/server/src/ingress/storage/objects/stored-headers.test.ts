import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../../services/index.ts';
import { contentHeaders, expireDaysOf, metadataOf, objectHeaders, overrides } from './stored-headers.ts';

const map = (entries: Record<string, string>): Map<string, string> => new Map(Object.entries(entries));
const head: ObjectHead = {
  key: 'k',
  size: 5,
  etag: 'abc',
  modifiedAt: Date.UTC(2013, 4, 24),
  content: { contentType: 'text/html', cacheControl: 'no-cache' },
  metadata: { a: 'b' },
  checksum: { algorithm: 'CRC32', value: 'NhCmhg==' },
};

describe('headers of an object', () => {
  it('are stored without the framing of the request', () => {
    expect(contentHeaders(map({ 'content-encoding': 'aws-chunked, gzip', 'content-type': 'a/b' }))).toEqual({
      contentType: 'a/b',
      contentEncoding: 'gzip',
    });
    expect(contentHeaders(map({ 'content-encoding': 'aws-chunked', host: 'x' }))).toEqual({
      contentType: 'binary/octet-stream',
    });
    expect(metadataOf(map({ 'x-amz-meta-a': '1', 'x-obs-meta-b': '2', 'x-amz-date': '3' }))).toEqual({
      a: '1',
      b: '2',
    });
  });

  it('come back in the dialect of the client', () => {
    const view = { replaced: map({ 'content-type': 'text/plain' }), withChecksum: false };
    expect(objectHeaders(head, { ...view, dialect: 'obs' })).toEqual([
      ['ETag', '"abc"'],
      ['Last-Modified', 'Fri, 24 May 2013 00:00:00 GMT'],
      ['Accept-Ranges', 'bytes'],
      ['content-type', 'text/plain'],
      ['cache-control', 'no-cache'],
      ['x-obs-meta-a', 'b'],
    ]);
    const all = Object.fromEntries(objectHeaders(head, { ...view, dialect: 'aws', withChecksum: true }));
    expect(all).toMatchObject({ 'x-amz-meta-a': 'b', 'x-amz-checksum-crc32': 'NhCmhg==' });
  });

  it('tell the end of the object', () => {
    const view = { replaced: map({}), withChecksum: false };
    const ending = { ...head, expiresAt: Date.UTC(2013, 4, 27) };
    const value = 'expiry-date="Mon, 27 May 2013 00:00:00 GMT"';
    expect(objectHeaders(ending, { ...view, dialect: 'obs' })).toContainEqual(['x-obs-expiration', value]);
    expect(objectHeaders(ending, { ...view, dialect: 'aws' })).toContainEqual(['x-amz-expiration', value]);
    expect([expireDaysOf(map({ 'x-obs-expires': '3' })), expireDaysOf(map({}))]).toEqual([3, undefined]);
    for (const text of ['', '1.5', '-1', 'soon', '1e3', '100000']) {
      expect(() => expireDaysOf(map({ 'x-obs-expires': text }))).toThrow(/x-obs-expires/);
    }
  });

  it('are replaced by parameters that are values of headers', () => {
    expect(overrides(map({ 'response-content-type': 'a/b', 'response-x': 'c' }))).toEqual(
      map({ 'content-type': 'a/b' }),
    );
    expect(
      overrides(map({ 'response-content-disposition': 'attachment; filename="ä"' })).get('content-disposition'),
    ).toBe('attachment; filename="Ã¤"');
    for (const value of ['a\r\nSet-Cookie: b', 'a\u0000', 'a\u007f']) {
      expect(() => overrides(map({ 'response-expires': value }))).toThrow(/not the value of a header/);
    }
  });
});
