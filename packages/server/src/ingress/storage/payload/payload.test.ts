import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../errors.ts';
import { readHead } from '../head.ts';
import type { PayloadClaim } from '../signatures/claim.ts';
import { DecodedPayload } from './payload.ts';
import { planPayload } from './plan.ts';

const PLAIN: PayloadClaim = { kind: 'plain', sha256: undefined };
const TRAILER: PayloadClaim = { kind: 'chunked', signed: false, trailer: true };
const base64 = (name: string, text = 'hello'): string => createHash(name).update(text).digest('base64');

async function received(headers: Record<string, string>, payload: PayloadClaim, wire = 'hello'): Promise<string> {
  async function* source(): AsyncGenerator<Buffer> {
    for (const char of wire) yield Buffer.from(char);
  }
  try {
    const head = readHead({ method: 'PUT', url: '/b/k', rawHeaders: Object.entries(headers).flat() });
    const plan = planPayload(head, { payload });
    const pieces: Buffer[] = [];
    for await (const piece of new DecodedPayload(source(), plan, { limitBytes: 10, signing: undefined }))
      pieces.push(piece);
    return Buffer.concat(pieces).toString();
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

const chunked = (trailer: string): Record<string, string> => ({
  'x-amz-decoded-content-length': '5',
  'x-amz-trailer': trailer,
});
const wire = (trailer: string, value: string): string => `5\r\nhello\r\n0\r\n${trailer}:${value}\r\n\r\n`;

describe('the body of a request', () => {
  it.each<[string, Record<string, string>, PayloadClaim, string]>([
    ['nothing declared', {}, PLAIN, 'hello'],
    ['its length', { 'content-length': '5' }, PLAIN, 'hello'],
    ['a longer one', { 'content-length': '6' }, PLAIN, 'IncompleteBody'],
    ['a length over the limit', { 'content-length': '11' }, PLAIN, 'EntityTooLarge'],
    ['its MD5', { 'content-md5': base64('md5') }, PLAIN, 'hello'],
    ['another MD5', { 'content-md5': base64('md5', 'x') }, PLAIN, 'BadDigest'],
    ['an MD5 in hex', { 'content-md5': createHash('md5').update('hello').digest('hex') }, PLAIN, 'InvalidDigest'],
    ['its hash', {}, { kind: 'plain', sha256: createHash('sha256').update('hello').digest('hex') }, 'hello'],
    ['another hash', {}, { kind: 'plain', sha256: 'a'.repeat(64) }, 'XAmzContentSHA256Mismatch'],
    ['its SHA-1', { 'x-amz-checksum-sha1': base64('sha1') }, PLAIN, 'hello'],
    ['its CRC-32', { 'x-amz-checksum-crc32': 'NhCmhg==' }, PLAIN, 'hello'],
    ['another CRC-32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, PLAIN, 'BadDigest'],
    [
      'two checksums',
      { 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-checksum-sha1': base64('sha1') },
      PLAIN,
      'InvalidRequest',
    ],
    ['an unknown checksum', { 'x-amz-checksum-md4': 'AAAA' }, PLAIN, 'NotImplemented'],
    ['a trailer without chunks', { 'x-amz-trailer': 'x-amz-checksum-crc32' }, PLAIN, 'InvalidRequest'],
    ['chunks without their length', { 'x-amz-trailer': 'x-amz-checksum-crc32' }, TRAILER, 'MissingContentLength'],
    ['a trailer that is no checksum', chunked('content-length'), TRAILER, 'InvalidRequest'],
  ])('with %s', async (_, headers, payload, expected) => {
    expect(await received(headers, payload)).toBe(expected);
  });

  it('is compared with the checksum in the trailer', async () => {
    const name = 'x-amz-checksum-sha256';
    expect(await received(chunked(name), TRAILER, wire(name, base64('sha256')))).toBe('hello');
    expect(await received(chunked(name), TRAILER, wire(name, base64('sha256', 'x')))).toBe('BadDigest');
    expect(await received(chunked(name), TRAILER, wire(name, 'AAAA'))).toBe('InvalidDigest');
  });

  it('is read no further than its limit', async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        taken += 1;
        yield Buffer.alloc(4);
      }
    }
    const head = readHead({ method: 'PUT', url: '/b/k', rawHeaders: [] });
    const body = new DecodedPayload(endless(), planPayload(head, { payload: PLAIN }), {
      limitBytes: 10,
      signing: undefined,
    });
    const drain = async (): Promise<void> => {
      for await (const _ of body);
    };
    await expect(drain()).rejects.toMatchObject({ code: 'EntityTooLarge' });
    expect(taken).toBe(3);
  });
});
