import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../errors.ts';
import { readHead } from '../head.ts';
import type { Claim } from './claim.ts';
import { readClaim } from './read-claim.ts';

const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const NOW = Date.UTC(2013, 4, 24);
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const HOST = 'examplebucket.s3.amazonaws.com';

interface Sent {
  readonly method?: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly nowMs?: number;
}

function claim({ method = 'GET', url, headers, nowMs = NOW }: Sent): Claim {
  const head = readHead({ method, url, rawHeaders: Object.entries(headers).flat() });
  const found = readClaim(head, { hostBucket: 'examplebucket' }, nowMs);
  if (found === undefined) throw new Error('no claim');
  return found;
}

function code(sent: Sent): string {
  try {
    return claim(sent).isSignedBy(SECRET) ? 'signed' : 'SignatureDoesNotMatch';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

function authorization(signedHeaders: string, signature: string): string {
  const scope = `${ACCESS_KEY}/20130524/us-east-1/s3/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

const rangeGet: Sent = {
  url: '/test.txt',
  headers: {
    Host: HOST,
    Authorization: authorization(
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
    Range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
  },
};

const presignedUrl =
  '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F' +
  'aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=' +
  'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
const presigned: Sent = { url: presignedUrl, headers: { Host: HOST } };

const plain = (url: string, signature: string): Sent => ({
  url,
  headers: {
    Host: HOST,
    Authorization: authorization('host;x-amz-content-sha256;x-amz-date', signature),
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
  },
});

const changed = (sent: Sent, headers: Record<string, string | undefined>): Sent => ({
  ...sent,
  headers: Object.fromEntries(
    Object.entries({ ...sent.headers, ...headers }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  ),
});

/** In the form that the signer of the SDK takes. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

describe('signature version 4', () => {
  it.each<[string, Sent]>([
    ['GET with a range', rangeGet],
    [
      'PUT with the hash of its body',
      {
        method: 'PUT',
        url: '/test%24file.text',
        headers: {
          Host: HOST,
          Date: 'Fri, 24 May 2013 00:00:00 GMT',
          Authorization: authorization(
            'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
            '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
          ),
          'x-amz-date': '20130524T000000Z',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
          'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        },
      },
    ],
    ['GET of a subresource', plain('/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543')],
    [
      'GET of a list',
      plain('/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'),
    ],
    ['a presigned URL', presigned],
    [
      'PUT in signed chunks',
      {
        method: 'PUT',
        url: '/examplebucket/chunkObject.txt',
        headers: {
          Host: 's3.amazonaws.com',
          'x-amz-date': '20130524T000000Z',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
          Authorization: authorization(
            'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
            '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
          ),
          'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
          'Content-Encoding': 'aws-chunked',
          'x-amz-decoded-content-length': '66560',
          'Content-Length': '66824',
        },
      },
    ],
  ])('verifies the published example of %s', (_, sent) => {
    expect(code(sent)).toBe('signed');
    expect(claim(sent).isSignedBy(`${SECRET}x`)).toBe(false);
    expect(claim(sent)).toMatchObject({ accessKey: ACCESS_KEY, region: 'us-east-1', dialect: 'aws' });
  });

  it.each<[string, Sent, string]>([
    ['another method', { ...rangeGet, method: 'PUT' }, 'SignatureDoesNotMatch'],
    ['another key', { ...rangeGet, url: '/test.txt2' }, 'SignatureDoesNotMatch'],
    ['another parameter', { ...rangeGet, url: '/test.txt?x=1' }, 'SignatureDoesNotMatch'],
    ['another range', changed(rangeGet, { Range: 'bytes=0-99' }), 'SignatureDoesNotMatch'],
    ['another host', changed(rangeGet, { Host: 'other.s3.amazonaws.com' }), 'SignatureDoesNotMatch'],
    ['a signed header that is gone', changed(rangeGet, { Range: undefined }), 'AccessDenied'],
    ['a header of S3 that is not signed', changed(rangeGet, { 'x-amz-copy-source': '/b/k' }), 'AccessDenied'],
    ['a header of OBS that is not signed', changed(rangeGet, { 'x-obs-copy-source': '/b/k' }), 'AccessDenied'],
    [
      'a host that is not signed',
      changed(rangeGet, { Authorization: authorization('x-amz-content-sha256;x-amz-date', 'a'.repeat(64)) }),
      'AccessDenied',
    ],
    [
      'a date that is not signed',
      changed(rangeGet, { Authorization: authorization('host;x-amz-content-sha256', 'a'.repeat(64)) }),
      'AccessDenied',
    ],
    ['a clock that is late', { ...rangeGet, nowMs: NOW + 15 * 60_000 + 1 }, 'RequestTimeTooSkewed'],
    ['a clock that is early', { ...rangeGet, nowMs: NOW - 15 * 60_000 - 1 }, 'RequestTimeTooSkewed'],
    ['no date', changed(rangeGet, { 'x-amz-date': undefined }), 'AccessDenied'],
    ['no hash of the body', changed(rangeGet, { 'x-amz-content-sha256': undefined }), 'InvalidRequest'],
    [
      'the date of another day',
      changed(rangeGet, { 'x-amz-date': '20130525T000000Z' }),
      'AuthorizationHeaderMalformed',
    ],
    ['a signature twice', { ...presigned, headers: { ...rangeGet.headers } }, 'InvalidArgument'],
    ['a parameter twice', { ...presigned, url: `${presignedUrl}&X-Amz-Expires=604800` }, 'InvalidArgument'],
    ['one in another case', { ...presigned, url: `${presignedUrl}&x-amz-expires=604800` }, 'InvalidArgument'],
    ['a longer validity', { ...presigned, url: presignedUrl.replace('86400', '86401') }, 'SignatureDoesNotMatch'],
    [
      'a validity over a week',
      { ...presigned, url: presignedUrl.replace('86400', '604801') },
      'AuthorizationQueryParametersError',
    ],
    ['a URL that has expired', { ...presigned, nowMs: NOW + 86_400_001 }, 'AccessDenied'],
    ['a URL from the future', { ...presigned, nowMs: NOW - 15 * 60_000 - 1 }, 'AccessDenied'],
    [
      'another service',
      changed(rangeGet, { Authorization: rangeGet.headers.Authorization?.replace('/s3/', '/sts/') }),
      'AuthorizationHeaderMalformed',
    ],
    ['another scheme', changed(rangeGet, { Authorization: 'Bearer x' }), 'InvalidArgument'],
    [
      'chunks with ECDSA signatures',
      changed(rangeGet, { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }),
      'NotImplemented',
    ],
  ])('refuses %s', (_, sent, expected) => {
    expect(code(sent)).toBe(expected);
  });

  it('accepts a URL up to its last second and for as long as it says', () => {
    expect(code({ ...presigned, nowMs: NOW + 86_400_000 })).toBe('signed');
  });

  it('agrees with the signer of the AWS SDK on any key, query and header', async () => {
    const signer = new SignatureV4({
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET },
      region: 'eu-1',
      service: 's3',
      sha256: Sha256,
      uriEscapePath: false,
    });
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    const names = fc
      .stringMatching(/^[A-Za-z0-9~_-]{1,8}$/)
      .filter((name) => !/^(?:x-amz|signature|awsa|accesskey)/i.test(name));
    const query = fc.uniqueArray(fc.tuple(names, text), { selector: ([name]) => name.toLowerCase(), maxLength: 4 });
    const header = fc.stringMatching(/^[!-~](?:[ -~]{0,20}[!-~])?$/);
    await fc.assert(
      fc.asyncProperty(text, query, header, fc.boolean(), async (key, pairs, meta, isPresigned) => {
        const path = `/${key.split('/').map(encodeURIComponent).join('/')}`.replace(
          /[!'()*]/g,
          (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
        );
        const request = {
          method: 'PUT',
          protocol: 'http:',
          hostname: 'localhost',
          path,
          query: Object.fromEntries(pairs),
          headers: {
            host: 'localhost',
            'x-amz-meta-a': meta,
            ...(isPresigned ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
          },
        };
        const at = { signingDate: new Date(NOW) };
        const signed = isPresigned ? await signer.presign(request, at) : await signer.sign(request, at);
        const search = Object.entries(signed.query ?? {}).map((pair) =>
          pair.map((part) => encodeURIComponent(String(part))).join('='),
        );
        const url = `${signed.path}${search.length === 0 ? '' : `?${search.join('&')}`}`;
        const found = claim({ method: 'PUT', url, headers: signed.headers });
        expect(found.isSignedBy(SECRET)).toBe(true);
        expect(found.isSignedBy('other')).toBe(false);
        const other = claim({ method: 'PUT', url: url.replace('/', '/x'), headers: signed.headers });
        expect(other.isSignedBy(SECRET)).toBe(false);
      }),
    );
  });
});
