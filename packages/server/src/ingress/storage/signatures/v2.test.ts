import { describe, expect, it } from 'vitest';
import { StorageError } from '../errors.ts';
import { readHead } from '../head.ts';
import { readClaim } from './read-claim.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const KEY = 'AKIAIOSFODNN7EXAMPLE';

interface Sent {
  readonly method?: string;
  readonly url: string;
  readonly hostBucket?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly nowMs?: number;
  readonly secret?: string;
}

function code({ method = 'GET', url, hostBucket, headers = {}, nowMs, secret = SECRET }: Sent): string {
  try {
    const head = readHead({ method, url, rawHeaders: Object.entries({ Host: 'x', ...headers }).flat() });
    const at = nowMs ?? Date.parse(headers['x-amz-date'] ?? headers.Date ?? '');
    const claim = readClaim(head, { hostBucket }, at);
    return claim?.isSignedBy(secret) === true ? 'signed' : 'SignatureDoesNotMatch';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

const aws = (signature: string): string => `AWS ${KEY}:${signature}`;

const get: Sent = {
  url: '/photos/puppy.jpg',
  hostBucket: 'awsexamplebucket1',
  headers: { Date: 'Tue, 27 Mar 2007 19:36:42 +0000', Authorization: aws('qgk2+6Sv9/oM7G3qLEjTH1a1l1g=') },
};
const listed: Sent = {
  url: '/?prefix=photos&max-keys=50&marker=puppy',
  hostBucket: 'awsexamplebucket1',
  headers: { Date: 'Tue, 27 Mar 2007 19:42:41 +0000', Authorization: aws('m0WP8eCtspQl5Ahe6L1SozdX9YA=') },
};

describe('signature version 2', () => {
  it.each<[string, Sent]>([
    ['GET', get],
    [
      'PUT',
      {
        method: 'PUT',
        url: '/photos/puppy.jpg',
        hostBucket: 'awsexamplebucket1',
        headers: {
          'Content-Type': 'image/jpeg',
          'Content-Length': '94328',
          Date: 'Tue, 27 Mar 2007 21:15:45 +0000',
          Authorization: aws('iqRzw+ileNPu1fhspnRs8nOjjIA='),
        },
      },
    ],
    ['a list', listed],
    [
      'a subresource',
      {
        url: '/?acl',
        hostBucket: 'awsexamplebucket1',
        headers: { Date: 'Tue, 27 Mar 2007 19:44:46 +0000', Authorization: aws('82ZHiFIjc+WbcwFKGUVEQspPn+0=') },
      },
    ],
    [
      'all buckets',
      {
        url: '/',
        headers: { Date: 'Wed, 28 Mar 2007 01:29:59 +0000', Authorization: aws('qGdzdERIC03wnaRNKh6OqZehG9s=') },
      },
    ],
    [
      'a key that is not ASCII',
      {
        url: '/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re',
        headers: { Date: 'Wed, 28 Mar 2007 01:49:49 +0000', Authorization: aws('DNEZGsoieTZ92F3bUfSPQcbGmlM=') },
      },
    ],
  ])('verifies the published example of %s', (_, sent) => {
    expect(code(sent)).toBe('signed');
  });

  const url =
    '/quotes/nelson?AWSAccessKeyId=44CF9590006BF252F707&Expires=1141889120&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D';
  const secret = 'OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV';
  const presigned: Sent = { url, secret, nowMs: 1_141_889_120_000 };

  it('verifies the published example of a URL, up to its last second', () => {
    expect(code(presigned)).toBe('signed');
    expect(code({ ...presigned, nowMs: 1_141_889_120_001 })).toBe('AccessDenied');
  });

  it.each<[string, Sent, string]>([
    ['another bucket', { ...get, hostBucket: 'other' }, 'SignatureDoesNotMatch'],
    ['another method', { ...get, method: 'DELETE' }, 'SignatureDoesNotMatch'],
    ['a subresource that was added', { ...get, url: '/photos/puppy.jpg?uploads' }, 'SignatureDoesNotMatch'],
    ['one in another case', { ...get, url: '/photos/puppy.jpg?uploadID=1' }, 'SignatureDoesNotMatch'],
    ['another answer', { ...get, url: '/photos/puppy.jpg?response-content-type=text/html' }, 'SignatureDoesNotMatch'],
    [
      'a header that was added',
      { ...get, headers: { ...get.headers, 'x-amz-copy-source': '/b/k' } },
      'SignatureDoesNotMatch',
    ],
    [
      'a header of the other prefix',
      { ...get, headers: { ...get.headers, 'x-obs-copy-source': '/b/k' } },
      'AccessDenied',
    ],
    ['a late request', { ...get, nowMs: Date.UTC(2007, 2, 27, 19, 52) }, 'RequestTimeTooSkewed'],
    ['no date', { ...get, headers: { Authorization: aws('qgk2+6Sv9/oM7G3qLEjTH1a1l1g=') }, nowMs: 0 }, 'AccessDenied'],
    [
      'a signature that is too short',
      { ...get, headers: { ...get.headers, Authorization: aws('qgk2') } },
      'SignatureDoesNotMatch',
    ],
    [
      'the word of the other form',
      { ...get, headers: { ...get.headers, Authorization: `OBS ${KEY}:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=` } },
      'signed',
    ],
    ['another time of expiry', { ...presigned, url: url.replace('1141889120', '1241889120') }, 'SignatureDoesNotMatch'],
    ['a URL without its key', { ...presigned, url: '/x?Signature=a&Expires=1175139620' }, 'AccessDenied'],
    ['two signatures', { ...get, url }, 'InvalidArgument'],
  ])('judges %s', (_, sent, expected) => {
    expect(code(sent)).toBe(expected);
  });
});
