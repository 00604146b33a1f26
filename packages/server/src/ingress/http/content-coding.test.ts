import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompressed, isCompressed } from './content-coding.ts';

describe('the coding of a body', () => {
  it('is gzip or none', () => {
    expect([undefined, '', 'identity', 'gzip', 'GZIP', 'x-gzip'].map(isCompressed)).toEqual([
      ...[false, false, false],
      ...[true, true, true],
    ]);
    for (const other of ['br', 'gzip, gzip', 'deflate']) {
      expect(() => isCompressed(other)).toThrow(expect.objectContaining({ code: 'unsupported_media_type' }));
    }
  });

  it('is removed, within the limit', async () => {
    const text = Buffer.from('{"a":1}');
    expect(await decompressed(gzipSync(text), 100)).toEqual(text);
    expect(await decompressed(Buffer.alloc(0), 100)).toEqual(Buffer.alloc(0));
    const large = gzipSync(Buffer.alloc(101));
    await expect(decompressed(large, 100)).rejects.toMatchObject({ code: 'body_too_large' });
    await expect(decompressed(gzipSync(Buffer.alloc(8 * 1024 * 1024)), 1e9)).rejects.toMatchObject({
      code: 'body_too_large',
    });
    for (const broken of [text, gzipSync(text).subarray(0, 12)]) {
      await expect(decompressed(broken, 100)).rejects.toMatchObject({ code: 'unreadable_body' });
    }
  });
});
